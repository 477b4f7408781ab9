from rag.embedding import load_embeddings
from rag.index import open_index
from rag.retriever import GlossaryRetriever
from rag.settings import Settings


def open_retriever() -> GlossaryRetriever:
    settings = Settings()
    embeddings = load_embeddings()
    index = open_index(settings.corpus, folder=settings.index_dir, embeddings=embeddings, model=settings.embedding_model)
    return GlossaryRetriever(index=index, embeddings=embeddings)
