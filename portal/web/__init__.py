"""HTTP only: read the request, call the rules, render a page or lead on."""
