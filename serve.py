"""REST with LangServe: ``python serve.py``; the same as ``rag serve``, which also takes a host and a port."""

from rag.server import create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(create_app(), host="127.0.0.1", port=8000)
