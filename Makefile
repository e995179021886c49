# `make` alone lists the targets. bin/dev does the work, and runs without make just as well.
.DEFAULT_GOAL := help
.PHONY: run test smoke lint bench screenshots postgres-test lock help

run: ## Start the portal on http://localhost:8000; PORT=9000 for another port
	@bin/dev run

test: ## Run the checks and the whole test suite; ARGS="-k sign_in" goes to pytest
	@bin/dev test $(ARGS)

smoke: ## Try a running portal from outside: BASE_URL=https://portal.example.com
	@bin/dev smoke $(ARGS)

lint: ## Run ruff and mypy only
	@bin/dev lint

bench: ## Measure sign-ins, pages, statements and memory against what the machine can do; ARGS="--json FILE"
	@bin/dev bench $(ARGS)

screenshots: ## Take pictures of all pages into screenshots/, the README's into docs/screenshots/; check accessibility
	@bin/dev screenshots $(ARGS)

postgres-test: ## Run the suite on PostgreSQL: PORTAL_TEST_DATABASE_URL, or a temporary server of its own
	@bin/dev postgres-test $(ARGS)

lock: ## Write the locks anew after a change to requirements.in or requirements-dev.in (needs uv)
	@bin/dev lock

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16
