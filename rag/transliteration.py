from rag.linking import Linker
def with_sounds(linker: Linker) -> Linker:
    return linker
