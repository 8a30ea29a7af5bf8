import pytest
import torch
import transformers
from pictures import byte_level, tiny, wordpiece

from course_utils import strict
from course_utils.calls import StrictError, is_padding, name_arguments, parameters

SMALL = {"vocab_size": 99}
IDS = torch.tensor([[2, 5, 6, 3]])


def distilbert():
    config = transformers.DistilBertConfig(dim=8, n_layers=1, n_heads=1, hidden_dim=8, **SMALL)
    return transformers.DistilBertModel(config)


def llama():
    sizes = {
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "num_key_value_heads": 1,
        "intermediate_size": 8,
        "max_position_embeddings": 20,
        "pad_token_id": 0,
        "eos_token_id": 0,
    }
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes, **SMALL))


def roberta():
    sizes = {
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
        "intermediate_size": 8,
        "max_position_embeddings": 12,
    }
    return transformers.RobertaModel(transformers.RobertaConfig(**sizes, **SMALL)).eval()


def test_a_right_call_gives_what_the_model_gives():
    model, batch = tiny(), wordpiece()(["I like it", "no"], padding=True, return_tensors="pt")
    expected = model(**batch).logits
    assert torch.equal(strict(model, tokenizer=wordpiece())(**batch).logits, expected)
    with strict(model):
        assert torch.equal(model(**batch, labels=torch.tensor([0, 1])).logits, expected)
        assert model(**batch, output_hidden_states=True).hidden_states


# What the bare model does with each of these without a word; strict(...) must refuse it and say why.
SILENT = {
    "a misspelt argument": (
        tiny,
        {"input_ids": IDS, "attention_maks": torch.ones(1, 4)},
        r"takes no argument 'attention_maks'.*Did you mean 'attention_mask'\?",
    ),
    "an argument of another library": (
        distilbert,
        {"input_ids": IDS, "zzz": 1},
        "It takes attention_mask, input_ids",
    ),
    "segments where there are none": (
        distilbert,
        {"input_ids": IDS, "token_type_ids": IDS * 0},
        "DistilBertModel has no segment embedding and ignores 'token_type_ids'",
    ),
    "padding without a mask": (
        tiny,
        {"input_ids": torch.tensor([[2, 5, 3, 3], [2, 3, 0, 0]])},
        r"hold 2 padding tokens \(id 0, first in row 1\), and there is no attention_mask",
    ),
    "padding under a mask of ones": (
        tiny,
        {"input_ids": torch.tensor([[2, 3, 0]]), "attention_mask": torch.ones(1, 3)},
        r"hold 1 padding token \(id 0.*the attention_mask lets them through",
    ),
    "attentions that never come": (
        tiny,
        {"input_ids": IDS, "output_attentions": True},
        "returned no attentions.*'sdpa'.*attn_implementation=\"eager\"",
    ),
    "more positions than were trained": (
        llama,
        {"input_ids": torch.ones(1, 21).long()},
        "21 tokens.*has 20 positions",
    ),
}
# What fails anyway, but in words that do not help.
LOUD = {
    "an id that is no row": (
        tiny,
        {"input_ids": torch.tensor([[5, 30_522]])},
        "id 30522 is outside.*0 to 30521",
    ),
    "a negative id": (
        tiny,
        {"input_ids": torch.tensor([[-100, 5]])},
        "id -100 is outside the vocabulary",
    ),
    "too many tokens": (
        tiny,
        {"input_ids": torch.ones(1, 65).long()},
        "65 tokens.*has 64 positions.*truncation=True",
    ),
    "too many for RoBERTa": (
        roberta,
        {"input_ids": torch.full((1, 11), 5)},
        "11 tokens.*has 10 positions",
    ),
    "another device": (
        tiny,
        {"input_ids": IDS.to("meta")},
        r"lies on meta, the weights of the model on cpu",
    ),
    "one dimension": (
        tiny,
        {"input_ids": IDS[0]},
        r"shape \(batch, tokens\), got \(4,\).*unsqueeze",
    ),
    "a list": (tiny, {"input_ids": [[1, 2]]}, 'as a tensor, got list.*return_tensors="pt"'),
    "figures": (tiny, {"input_ids": IDS.float()}, "whole numbers, got torch.float32"),
    "a mask of another shape": (
        tiny,
        {"input_ids": IDS, "attention_mask": torch.ones(1, 3)},
        r"shape of input_ids, \(1, 4\), got \(1, 3\)",
    ),
    "a third segment": (
        tiny,
        {"input_ids": IDS, "token_type_ids": IDS * 0 + 2},
        "from 0 to 1, got 2 to 2",
    ),
}


@pytest.mark.parametrize("case", SILENT)
def test_silent_mistakes_are_refused_with_an_explanation(case):
    build, call, words = SILENT[case]
    model = build()
    model(**call)  # nothing is said: that is what makes it expensive
    with pytest.raises(StrictError, match=words):
        strict(model)(**call)
    with pytest.raises(ValueError, match=words), strict(model):
        model(**call)


@pytest.mark.parametrize("case", LOUD)
def test_loud_mistakes_are_explained(case):
    build, call, words = LOUD[case]
    with pytest.raises(StrictError, match=words):
        strict(build())(**call)


def test_positional_arguments_are_looked_at_too():
    with pytest.raises(StrictError, match="there is no attention_mask"):
        strict(tiny())(torch.tensor([[2, 3, 0]]))
    with pytest.raises(StrictError, match=r"Unpack the batch: model\(\*\*batch\)"):
        strict(tiny())(wordpiece()("hi", return_tensors="pt"))
    named = name_arguments(tiny(), (1, 2, 3), {"labels": None})
    assert list(named) == ["input_ids", "attention_mask", "token_type_ids"]


def test_segments_of_a_model_configured_without_them():
    model = transformers.DebertaV2Model(
        transformers.DebertaV2Config(
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            intermediate_size=8,
            type_vocab_size=0,
            **SMALL,
        )
    )
    with pytest.raises(StrictError, match="type_vocab_size 0"):
        strict(model)(input_ids=IDS, token_type_ids=IDS * 0)


def test_eager_attention_returns_attentions():
    model = tiny()
    model.set_attn_implementation("eager")
    assert len(strict(model)(input_ids=IDS, output_attentions=True).attentions) == 2
    model.config.output_attentions = True
    assert len(strict(model)(input_ids=IDS).attentions) == 2


def test_the_model_is_as_before_also_after_an_error():
    model = tiny()
    before, forward = dict(model.state_dict()), model.forward
    watch = strict(model)
    with pytest.raises(KeyError), watch, watch:  # entered twice, left twice
        raise KeyError
    with pytest.raises(StrictError):
        watch(input_ids=IDS, nonsense=1)
    assert not model._forward_pre_hooks and not model._forward_hooks and model.forward == forward
    model(input_ids=IDS, nonsense=1)  # silent again
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_vocabularies_are_compared():
    with pytest.raises(
        StrictError, match=r"tokenizer has 49,152 entries, the embedding.*30,522 rows"
    ):
        strict(tiny(), tokenizer=byte_level())
    with pytest.raises(StrictError, match=r"tokenizer has 30,522 entries"):
        strict(tiny(vocab_size=40_000), tokenizer=wordpiece())
    strict(tiny(vocab_size=30_592), tokenizer=wordpiece())  # rows rounded up to a multiple of 64
    with pytest.raises(TypeError, match="expected a tokenizer, got str"):
        strict(tiny(), tokenizer="bert")


def test_two_vocabularies_of_one_size_differ_by_their_entries(tmp_path):
    from tokenizers import Tokenizer, models

    def words(*order):
        raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(order)}, unk_token="a"))
        return transformers.PreTrainedTokenizerFast(tokenizer_object=raw)

    model = tiny(vocab_size=3)
    model.save_pretrained(tmp_path)
    words("a", "b", "c").save_pretrained(tmp_path)
    model = type(model).from_pretrained(tmp_path)
    strict(model, tokenizer=words("a", "b", "c"))
    with pytest.raises(StrictError, match=r"2 of the tokenizer's 3 entries.*first is 'c' \(id 1\)"):
        strict(model, tokenizer=words("a", "c", "b"))


def test_generation_is_watched_and_an_end_token_is_no_padding():
    model = llama()
    ids = torch.tensor([[5, 0, 6, 0]])  # 0 ends texts here, and is used as padding
    assert torch.equal(
        strict(model).generate(
            ids, attention_mask=torch.ones(1, 4), max_new_tokens=3, do_sample=False
        ),
        model.generate(ids, attention_mask=torch.ones(1, 4), max_new_tokens=3, do_sample=False),
    )
    with pytest.raises(StrictError, match="2 padding tokens"):
        strict(model)(input_ids=torch.tensor([[5, 6, 0, 0]]))
    with pytest.raises(StrictError, match="has 20 positions"):
        strict(model).generate(
            ids, attention_mask=torch.ones(1, 4), min_new_tokens=18, max_new_tokens=18
        )
    found = is_padding(torch.tensor([[0, 0, 5, 0, 6, 0], [0, 5, 0, 0, 0, 0]]), 0, {0})
    assert found.int().tolist() == [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]]


def test_known_arguments_come_from_the_signature_in_its_order():
    known = parameters(transformers.BertForSequenceClassification)
    assert (
        list(known)[:3] == ["input_ids", "attention_mask", "token_type_ids"]
        and "output_hidden_states" in known
    )


def test_what_is_no_model_is_refused():
    with pytest.raises(TypeError, match="expected a model of transformers, got Linear"):
        strict(torch.nn.Linear(1, 1))
