"""What the web server itself has to say, in lines like the portal's own."""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from portal import logs


class Lines(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's logger, writing one JSON object a line."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())
