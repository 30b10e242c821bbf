"""The same plan lived over HTTP."""
