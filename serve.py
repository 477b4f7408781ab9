"""REST with LangServe and the web page: ``python serve.py``; ``rag serve`` also takes a host and a port."""

from rag.server import create_app, serve
from rag.settings import Settings

__all__ = ["create_app", "serve"]

if __name__ == "__main__":
    serve(Settings.from_env())
