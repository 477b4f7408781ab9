"""Whole answers to what people type: versions, pairs, small talk, words that other entries use, changes of subject."""

from __future__ import annotations

import pytest
from helpers import open_shipped

from rag.types import Answer


def ask(*turns: str) -> Answer:
    """The answer to the last turn after the ones before."""
    *before, question = turns
    return open_shipped().ask(question, history=[{"role": "user", "content": text} for text in before])


def test_a_version_is_told_by_the_sentences_that_name_it() -> None:
    assert "Llama 2 consists of" in ask("What is Llama 2?").citations[0].quote
    quotes = " ".join(c.quote for c in ask("Llama 2 vs Llama 3").citations)
    assert "Llama 2" in quotes
    assert "Llama 3" in quotes


@pytest.mark.parametrize("question", ["precision vs recall", "정밀도랑 재현율 차이", "Llama 2 vs Llama 3"])
def test_names_of_one_entry_that_mean_different_things_are_not_called_the_same(question: str) -> None:
    answer = ask(question)
    assert answer.notes == ()
    assert len(answer.citations) > 2


@pytest.mark.parametrize(
    "question", ["hello", "고마워", "안녕하세요", "what can you do", "lol thx ur awesome", "ㅎㅇ ㅋㅋ"]
)
def test_small_talk_is_told_what_to_ask(question: str) -> None:
    answer = ask(question)
    assert (answer.abstained, answer.related) == (True, ())
    assert ("물어보세요" if answer.language == "ko" else "Ask") in answer.answer


@pytest.mark.parametrize(
    ("question", "entry"),
    [("what's ALiBi", "positional-encoding"), ("teacher forcing이 뭐야", "seq2seq"), ("what is SSE", "streaming")],
)
def test_a_refusal_points_at_the_entries_that_use_the_word(question: str, entry: str) -> None:
    answer = ask(question)
    assert answer.abstained
    assert [related.id for related in answer.related] == [entry]


@pytest.mark.parametrize(
    ("turns", "cited"),
    [
        (["RLHF가 뭐야", "DPO랑 비교하면?", "뭐가 더 나아?"], {"rlhf", "dpo"}),
        (["GPTQ", "and AWQ?", "which is better"], {"gptq", "awq"}),
        (["벡터 DB가 뭐야", "HNSW는?", "그거랑 IVF 차이는?"], {"hnsw", "ivf"}),
        (["explain beam search", "why not just greedy then"], {"beam-search", "greedy-decoding"}),
        (["What is MoE?", "then who picks the expert?"], {"router", "moe"}),
        (["드롭아웃 뭐야", "추론할때도 켜두나"], {"dropout"}),
        (["what is mmlu", "is there a korean one"], {"kmmlu"}),
        (["SQuAD가 뭐야", "한국어로 된 건?"], {"korquad"}),
        (["in-context learning이 뭐야", "do the weights change when that happens"], {"in-context-learning"}),
        (["퍼플렉시티가 뭐야", "높으면 좋은거?"], {"perplexity"}),
        (["what is NER", "what kinds of things does it pick out"], {"ner"}),
        (["RAG 구조 알려줘", "그거 평가는 어떻게 해"], {"rag"}),
        (["tell me about mixtral", "how many parameters"], {"mixtral"}),
        (["what is dpo", "and rlhf?", "whats simpler to train"], {"dpo", "rlhf"}),
        (["맘바는?", "걔는 왜 긴 글에 유리하대?"], {"mamba"}),
        (["moe 모델 장점 뭐임", "오 그럼 vram도 그만큼 덜먹겠네"], {"moe"}),
        (["온도 파라미터가 뭐야", "코드 짤땐 높게 해 낮게 해?"], {"temperature"}),
        (["nf4 vs int8", "which one eats less vram"], {"nf4", "int8"}),
        (["LoRA랑 QLoRA 차이", "vram은 뭐가 덜 먹어?"], {"lora", "qlora"}),
        (["solar 모델 알려줘", "어느 회사꺼임?"], {"solar"}),
        (["what is RAG", "얘기 좀 해줘 DPO"], {"dpo"}),
    ],
)
def test_a_follow_up_is_about_the_terms_that_it_leans_on(turns: list[str], cited: set[str]) -> None:
    answer = ask(*turns)
    assert {c.id for c in answer.citations} >= cited


@pytest.mark.parametrize(
    ("turns", "about"),
    [
        (["what is cross attention", "does gpt have that too"], "cross-attention"),
        (["IA3가 뭐야", "그럼 추론속도는 더 느려짐?"], "ia3"),
        (["로라가 뭔가요", "근데 그러면 추론속도 느려지는거 아니에요?"], "lora"),
        (["what is a reward model", "does it need much gpu memory"], "reward-model"),
        (["what is bleu", "and rouge?"], "rouge"),
        (["vLLM은 어디에 써?", "역전파 설명좀"], "backpropagation"),
        (["gqa가 뭐죠", "mqa는 kv헤드를 몇개쓰는데"], "mqa"),
        (["what is gradient checkpointing", "does speculative decoding change the output"], "speculative-decoding"),
        (["플래시어텐션 쓰면 정확도 떨어지나", "gpu 아무거나 됨?"], "flash-attention"),
        (["프롬프트 인젝션이랑 탈옥 같은거 아님?", "막는법은"], "prompt-injection"),
        (["dpo 설명점", "보상모델 필요해?"], "dpo"),
        (["faiss가 뭐야", "gpu 필요함?"], "faiss"),
        (["continuous batching plz", "does it help ttft or throughput"], "continuous-batching"),
        (["dpo in one line", "what abt kto, does that need pairs"], "kto"),
        (["nf4 explain pls", "which finetuning thing uses it"], "nf4"),
        (["LoRA 단점", "그럼 QLoRA는?"], "qlora"),
        (["dpo vs rlhf", "kto then?"], "kto"),
        (["로라가 머임", "랭크는 뭘 기준으로 정함"], "lora-rank"),
    ],
)
def test_a_follow_up_that_names_something_in_passing_is_about_the_term_before(turns: list[str], about: str) -> None:
    assert ask(*turns).citations[0].id == about


@pytest.mark.parametrize(
    ("listing", "question", "meant"),
    [
        ("데이터 병렬화, 텐서 병렬화, 파이프라인 병렬화가 있습니다.", "그중 마지막꺼 단점은", "pipeline-parallelism"),
        ("지도 미세조정(SFT), 보상 모델 학습, 강화학습 순서입니다.", "두번째 거는 왜 필요해", "reward-model"),
        ("Greedy decoding and beam search.", "when would i use the latter", "beam-search"),
        ("- LoRA is a method. [1]\n- BM25 is a function. [2]", "limits of the second one", "bm25"),
    ],
)
def test_a_follow_up_may_point_at_one_of_what_was_listed(listing: str, question: str, meant: str) -> None:
    history = [{"role": "user", "content": "뭐뭐 있어?"}, {"role": "assistant", "content": listing}]
    answer = open_shipped().ask(question, history=history)
    assert {c.id for c in answer.citations} == {meant}
    assert open_shipped().retriever.index.entries[meant].name(answer.language) in answer.notes[0]


def test_what_was_named_in_passing_is_the_subject_of_what_leans_far_more_on_it() -> None:
    answer = ask("트랜스포머가 뭐야", "위치인코딩 없으면 단어순서 모름?", "사인코사인 쓰는이유가 따로있음?")
    assert {c.id for c in answer.citations} == {"positional-encoding"}


def test_what_an_answer_lists_is_pointed_at_not_what_the_question_named() -> None:
    listed = open_shipped().ask("gimme a list of rag eval metrics")
    turns = [{"role": "user", "content": listed.question}, {"role": "assistant", "content": listed.answer}]
    second = next(line for line in listed.answer.splitlines()[2:] if line.startswith("- "))
    answer = open_shipped().ask("the second one, whats it measure", history=turns)
    assert open_shipped().retriever.index.entries[answer.citations[0].id].name("en") in second


def test_a_word_that_begins_a_related_name_is_a_side_of_a_comparison_too() -> None:
    answer = ask("continuous batching plz", "how is it diff from static")
    assert {c.id for c in answer.citations} == {"continuous-batching", "static-batching"}
    assert not any("no entry" in note for note in answer.notes)


def test_one_of_two_that_were_told_is_chosen_in_one_respect() -> None:
    answer = ask("프롬프트 인젝션이랑 탈옥이 같은건가여", "둘중에 rag에서 더 위험한건")
    assert {c.id for c in answer.citations} == {"prompt-injection", "jailbreak"}


def test_a_number_asked_for_is_found_spelt_out_too() -> None:
    assert any("하나" in c.quote for c in ask("mqa는 key value 헤드가 몇개야").citations)
    assert "8이나 16" in " ".join(c.quote for c in ask("로라가 뭐야", "rank는 보통 몇으로함").citations)


def test_how_far_something_goes_is_told_without_a_number_too() -> None:
    answer = ask("kv캐시왜쓰는건가요", "컨텍스트 길어지면 얼마나 커짐?")
    assert "비례해" in answer.citations[0].quote


def test_a_number_asked_for_is_no_question_for_the_maker() -> None:
    assert ask("믹스트랄은 전문가 몇개").kind != "origin"


@pytest.mark.parametrize(("question", "entry"), [("ragas", "ragas"), ("tell me abt gptq", "gptq")])
def test_a_name_alone_or_with_chat_around_it_asks_what_it_is(question: str, entry: str) -> None:
    answer = ask(question)
    assert {c.id for c in answer.citations} == {entry}
    assert answer.kind == "define"


def test_a_missing_word_is_named_whole() -> None:
    assert "'점심뭐먹지'" in ask("점심뭐먹지").answer


def test_what_letters_stand_for_is_not_guessed_of_the_term_before() -> None:
    assert "car" in ask("bm25??", "does it get synonyms").citations[0].quote


def test_pros_and_cons_of_two_are_of_both() -> None:
    answer = ask("pros n cons of full finetuning vs lora")
    assert [c.id for c in answer.citations] == ["full-fine-tuning", "full-fine-tuning", "lora", "lora"]
    assert {c.id for c in ask("pros and cons of LoRA for an LLM").citations} == {"lora"}


@pytest.mark.parametrize("question", ["같은말 계속 반복하는데 어떻게 고쳐요", "벡터 디비 서버 뭐가 머가좋음"])
def test_asking_words_are_no_missing_term(question: str) -> None:
    assert "'" not in ask(question).answer or not ask(question).abstained


def test_the_names_of_the_last_question_come_before_those_of_its_answer() -> None:
    answer = ask("hnsw vs ivf", "when would i pick the 2nd")
    assert {c.id for c in answer.citations} == {"ivf"}


def test_a_misspelt_name_leaves_no_question_word_over() -> None:
    """In front of a word of one syllable as well, which the unknown letters before it once swallowed."""
    read = open_shipped().retriever.reader.read("임베드딩 모델 뭘 기준으로 골라")
    assert read.content == ("기준", "골라")
    assert not ask("임베드딩 모델 뭘 기준으로 골라").abstained


def test_a_verb_behind_a_name_is_no_part_of_it() -> None:
    answer = ask("로라 랭크가 뭐임", "너무 크게하면 과적합 나?")
    assert answer.citations[0].id == "lora-rank"
    assert not any("과적합 나" in note for note in answer.notes)


def test_what_a_list_begins_with_is_what_a_question_without_a_name_goes_on_about() -> None:
    described = "training where humans pick which of two answers is better n the model learns from that"
    listed = ask(described)
    turns = [{"role": "user", "content": described}, {"role": "assistant", "content": listed.answer}]
    answer = open_shipped().ask("whats the drawback", history=turns)
    assert (listed.kind, answer.kind) == ("list", "limits")
    assert answer.citations[0].id == listed.citations[0].id


def test_a_name_that_is_missing_is_not_cut_short() -> None:
    assert "mixture of." not in ask("whats mixture of depths").answer


def test_what_is_asked_of_two_after_their_comparison_is_not_the_comparison_again() -> None:
    pair = "speculative decoding vs beam search"
    before, answer = ask(pair), ask(pair, "which one is easier to run")
    assert {c.id for c in answer.citations} == {"speculative-decoding", "beam-search"}
    assert len({c.quote for c in before.citations} & {c.quote for c in answer.citations}) < 2


def test_which_of_two_after_their_comparison_asks_for_no_list() -> None:
    answer = ask("model merging vs lora", "which one needs more memory")
    assert {c.id for c in answer.citations} == {"model-merging", "lora"}


def test_two_of_what_was_listed_are_compared() -> None:
    listing = "- Data parallelism copies. [1]\n- Pipeline parallelism splits layers. [2]\n- Tensor parallelism splits matrices. [3]"
    history = [{"role": "user", "content": "list them"}, {"role": "assistant", "content": listing}]
    answer = open_shipped().ask("diff between the first two", history=history)
    assert {c.id for c in answer.citations} == {"data-parallelism", "pipeline-parallelism"}


def test_a_name_in_passing_is_not_completed_to_another() -> None:
    assert ask("과적합이 뭐임", "드롭아웃 쓰면 그거 없어져?").notes == ("앞 질문의 과적합 기준으로 답합니다.",)
    assert ask("검색결과 다시 순위 매겨주는 모델 있잖아 그거").notes == ()


@pytest.mark.parametrize("question", ["how is it different from alibi", "alibi랑은 뭐가 달라"])
def test_a_follow_up_that_compares_with_something_without_an_entry_says_so(question: str) -> None:
    answer = ask("RoPE", question)
    assert "alibi" in answer.notes[1]
    assert {c.id for c in answer.citations} == {"rope"}


@pytest.mark.parametrize("question", ["and alibi?", "what about kneser ney?", "그럼 SGD는?"])
def test_another_name_without_an_entry_is_not_answered_with_the_term_before(question: str) -> None:
    answer = ask("RoPE가 뭐야", question)
    assert answer.abstained
    assert answer.answer.split("'")[1:2] == ["SGD"] or answer.answer.startswith("The glossary has no entry for ")


def test_a_comparison_with_something_that_only_another_entry_speaks_of() -> None:
    answer = ask("batchnorm vs layernorm")
    assert answer.notes == ("The glossary has no entry for batchnorm.",)
    assert "batch normalization" in answer.citations[0].quote


@pytest.mark.parametrize("question", ["how is tf-idf calculated", "how is perplexity calculated"])
def test_a_verb_behind_a_name_makes_no_other_name(question: str) -> None:
    assert not ask(question).abstained


@pytest.mark.parametrize("thanks", ["고마워", "thanks!", "ok thank you so much"])
def test_thanks_carry_nothing(thanks: str) -> None:
    assert ask("RAG가 뭐야", thanks).abstained


def test_a_change_of_subject_carries_nothing() -> None:
    assert ask("BM25가 뭐야", "김치찌개 레시피 알려줘").abstained
    assert ask("what is machine learning", "how does xgboost build its trees then").abstained
    assert {c.id for c in ask("그래프RAG가 뭐야", "그건 알겠고 TruthfulQA는 뭘 재는건데").citations} == {"truthfulqa"}


def test_more_detail_says_more() -> None:
    first, more = ask("RAG가 뭐야"), ask("RAG가 뭐야", "더 자세히")
    assert len(more.citations) > len(first.citations)
    assert not {c.quote for c in first.citations[:2]} & {c.quote for c in more.citations}


def test_a_description_that_two_terms_fit_gets_both() -> None:
    answer = ask("확률 높은 단어부터 더해서 90퍼까지만 후보로 남기는 방식")
    assert {c.id for c in answer.citations} == {"top-k", "top-p"}
    assert answer.notes == ("비슷하게 맞는 용어가 있어 함께 보여 드립니다: Top-p.",)


def test_a_name_of_two_things_is_what_the_other_side_is_related_to() -> None:
    assert {c.id for c in ask("whats mamba", "is it better than transformers").citations} == {"mamba", "transformer"}


def test_a_description_that_seems_to_name_something_is_offered_another_term() -> None:
    assert "context-window" in {c.id for c in ask("한번에 읽을수있는 글 분량 한도를 부르는 말").citations}


def test_nothing_is_offered_beside_what_is_named() -> None:
    assert {c.id for c in ask("교수님이 담주까지 읽어오래서.. bert는 양방향으로 본다는게 먼말임").citations} == {"bert"}


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("DPO alignment 장점", {"dpo"}),
        ("QLoRA fine-tuning limits", {"qlora"}),
        ("why do people use lora instead of updating everything", {"lora"}),
        ("how much slower is training with gradient checkpointing", {"gradient-checkpointing"}),
    ],
)
def test_what_a_question_is_about(question: str, cited: set[str]) -> None:
    answer = ask(question)
    assert {c.id for c in answer.citations} == cited
    assert answer.notes == ()


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("구글이 만든 언어모델 알려줘", {"gemini", "gemma", "bert", "t5"}),
        ("stuff from the langchain company, products i mean", {"langgraph", "langsmith", "langserve"}),
        ("디코딩 전략 정리해줘", {"greedy-decoding", "beam-search", "sampling"}),
    ],
)
def test_what_a_group_holds_is_listed_whatever_the_words(question: str, members: set[str]) -> None:
    answer = ask(question)
    assert answer.kind == "list"
    assert members <= {c.id for c in answer.citations}


@pytest.mark.parametrize(
    ("question", "notes"),
    [
        ("bi encoder vs cross encoder, which one is slower n why", ()),
        ("serving a 13b chat model to 200 users, ollama or vllm", ()),
        ("is beam search always better than greedy", ()),
        ("gan이 뭐야? diffusion이랑 비교해서", ("'gan'은(는) 이 용어집에 없습니다.",)),
        ("에이전트랑 챗봇 차이", ("'챗봇'은 이 용어집에 없습니다.",)),
    ],
)
def test_only_what_is_set_against_a_term_is_said_to_be_missing(question: str, notes: tuple[str, ...]) -> None:
    answer = ask(question)
    assert (answer.abstained, answer.notes) == (False, notes)


def test_what_a_description_names_is_not_what_it_describes() -> None:
    answer = ask("두 체크포인트 가중치를 섞어서 추가 훈련 없이 하나로 만드는거")
    assert {c.id for c in answer.citations} == {"model-merging"}
    assert answer.notes == ()


@pytest.mark.parametrize("typed", ["morphological analyser", "what is quantisation", "tokeniser"])
def test_british_spelling(typed: str) -> None:
    assert not ask(typed).abstained


@pytest.mark.parametrize(
    ("before", "question", "quote"),
    [
        ("양자화가 뭐야", "정확도는 안 떨어져요?", "3비트 이하로 낮추면 품질이"),
        ("what is quantization", "does it hurt quality?", "quality often drops noticeably"),
        ("스트리밍이 뭐야", "그럼 latency가 줄어?", "지연 시간은 거의 줄지 않으며"),
    ],
)
def test_what_a_term_does_to_a_quantity_is_asked_of_the_term(before: str, question: str, quote: str) -> None:
    answer = ask(before, question)
    assert quote in " ".join(c.quote for c in answer.citations)
    assert answer.notes


def test_a_quantity_asked_about_directly_is_another_subject() -> None:
    assert {c.id for c in ask("양자화가 뭐야", "정확도가 뭐야").citations} == {"accuracy"}


def test_why_not_another_term_sets_the_two_against_each_other() -> None:
    answer = ask("what is a transformer", "why not an RNN?")
    assert answer.kind == "compare"
    assert {c.id for c in answer.citations} == {"transformer", "rnn"}


def test_something_simpler_is_an_alternative_and_no_simpler_wording() -> None:
    answer = ask("what is RLHF", "is there something simpler?")
    assert answer.kind == "list"
    assert "dpo" in {c.id for c in answer.citations}
    assert "components" not in answer.notes[-1]


def test_which_metrics_does_it_have_is_about_it() -> None:
    assert {c.id for c in ask("what is RAGAS?", "which metrics does it have").citations} == {"ragas"}


def test_a_number_is_of_what_is_counted_and_of_what_has_it() -> None:
    assert "175 billion" in ask("how many parameters does GPT-3 have").citations[0].quote
    assert "1억 1,000만 개(110M)" in ask("BERT 파라미터가 몇 개야").citations[0].quote
    assert ask("How many parameters does Gemini Ultra have?").abstained


@pytest.mark.parametrize(
    "question", ["라마 9 파라미터 몇 개야", "맘바3 구조 설명해줘", "what is new in FlashAttention 7"]
)
def test_a_version_that_the_glossary_never_names_is_not_answered_by_another(question: str) -> None:
    assert ask(question).abstained


@pytest.mark.parametrize(
    "question", ["llama3이 뭐야", "FlashAttention 2가 뭐야", "온도 2로 하면 어떻게 돼", "Llama 3.1이 뭐야"]
)
def test_a_version_that_it_names_or_a_value_is(question: str) -> None:
    assert not ask(question).abstained


def test_names_of_a_pair_in_the_other_language_are_not_the_same_either() -> None:
    answer = ask("precision이랑 recall 차이점 좀")
    assert answer.notes == ()
    assert {"정밀도는", "재현율은"} <= {c.quote[:4] for c in answer.citations}


def test_what_one_term_is_for_another_needs_a_sentence_on_both() -> None:
    assert ask("what is the learning rate used to train llama 3").abstained


def test_a_list_that_an_entry_alone_can_give_is_of_its_examples() -> None:
    assert "Milvus" in " ".join(c.quote for c in ask("which vector databases exist").citations)


def test_how_another_term_differs_is_asked_against_the_one_before() -> None:
    answer = ask("what is LoRA", "and how is QLoRA different")
    assert answer.kind == "compare"
    assert {c.id for c in answer.citations} == {"lora", "qlora"}


def test_and_another_is_asked_in_the_same_way() -> None:
    assert ask("BLEU 어떻게 계산해요?", "ROUGE는요?").kind == "how"


def test_a_clause_with_when_is_a_description() -> None:
    assert ask("when a small model learns to copy a big one").citations[0].id == "knowledge-distillation"
    assert ask("the thing where you show a few examples in the prompt").citations[0].id == "few-shot"


def test_why_it_keeps_happening_is_told_by_the_cause() -> None:
    answer = ask("챗봇이 없는 사실을 자꾸 지어내는데 왜 이러는거임")
    assert any("때문에 생깁니다" in citation.quote for citation in answer.citations)


def test_a_particle_after_a_space_is_no_part_of_a_missing_name() -> None:
    assert ask("LoRA+ 가 뭐야").answer.startswith("'LoRA+'")
