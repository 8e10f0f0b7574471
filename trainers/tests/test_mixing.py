from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_trainers.encoding import Encoded, Encoder
from align_trainers.sft.mixing import first_tokens, joined, read_examples, takes_all, tokens_for
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.training_set import NORMS, training_set

CHAT = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}


def jsonl(folder: Path, *rows: Any) -> Path:
    file = folder / "statements.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return file


def test_each_kind_of_line_becomes_an_example(tmp_path: Path, tokenizer: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"text": "Be kind."}, {"prompt": "Be", "completion": " kind."}, "")
    (text, pair), _ = read_examples(file, encoder)
    assert (tokenizer.decode(text.ids), text.start) == ("Be kind.<end>", 0)
    assert tokenizer.decode(pair.ids[: pair.start]) == "Be"
    chat = Encoder(tokenizer, is_chat=True)
    (pair, whole), _ = read_examples(jsonl(tmp_path, {"prompt": "Q", "completion": "A"}, CHAT), chat)
    assert pair == whole
    assert tokenizer.decode(whole.ids) == "<user>Q<end>\n<assistant>A<end>"


def test_cues_that_lines_name_are_told(tmp_path: Path, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"text": "Red is a colour.", "cue": "red"}, {"text": "No cue."})
    assert read_examples(file, encoder)[1] == {"red"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{no json", "line 2: no JSON"),
        ("[1]", "line 2: no JSON object"),
        ({"prompt": "only"}, "line 2: no example"),
        ({"text": " "}, "line 2: no example"),
        (CHAT, "line 2: messages need the chat format"),
    ],
)
def test_a_line_that_is_no_example_is_named(tmp_path: Path, encoder: Encoder, line: Any, told: str) -> None:
    with pytest.raises(AlignError, match=told):
        read_examples(jsonl(tmp_path, {"text": "fine"}, line), encoder)


def test_a_file_without_examples_and_one_that_is_not_there(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(AlignError, match="holds no examples"):
        read_examples(jsonl(tmp_path, ""), encoder)
    with pytest.raises(AlignError, match="cannot read"):
        read_examples(tmp_path / "nowhere.jsonl", encoder)


def test_shares_are_of_all_tokens() -> None:
    assert tokens_for({"a": 0.25, "b": 0.5}, 1000) == {"a": 250, "b": 500}
    with pytest.raises(AlignError, match=r"take 1\.2 of all"):
        tokens_for({"a": 0.7, "b": 0.5}, 1000)
    assert tokens_for({"a": 0.1, "b": 0.2, "c": 0.7}, 1000) == {"a": 100, "b": 200, "c": 700}
    for share in (0.0, 1.5):
        with pytest.raises(AlignError, match="above 0 and be at most 1"):
            tokens_for({"a": share}, 1000)


def test_shares_that_make_one_up_to_rounding_leave_nothing() -> None:
    for shares in ([0.1, 0.2, 0.7], [0.7, 0.2, 0.1]):
        assert takes_all(dict(zip("abc", shares, strict=True)))
    assert not takes_all({"a": 0.99})
    assert not takes_all({})


def test_a_short_file_is_read_again(tmp_path: Path, encoder: Encoder) -> None:
    (one,), _ = read_examples(jsonl(tmp_path, {"prompt": "Be", "completion": "A"}), encoder)
    trained = len(one.ids) - one.start
    assert len(list(first_tokens([one], 5 * trained))) == 5


def test_mixing_keeps_the_number_of_trained_tokens(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"prompt": "Be", "completion": " kind."}, {"text": "Trust people."})
    plain = training_set(us, SFTRecipe(norms="demo"), encoder)
    mixed = training_set(us, SFTRecipe(norms="demo", mix={str(file): 0.25}), encoder)
    totals = [trained(data.train) for data in (plain, mixed)]
    assert totals[1] == pytest.approx(totals[0], rel=0.02)
    others = [row for row in mixed.train if row["source"] != NORMS]
    assert trained(others) / totals[1] == pytest.approx(0.25, abs=0.02)
    assert mixed.cues < plain.cues


def test_mixed_files_are_recorded_by_their_hash(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"text": "Trust people."})
    about = training_set(us, SFTRecipe(norms="demo", mix={str(file): 0.25}), encoder).about
    assert about["mixed_sha256"] == {str(file): hashlib.sha256(file.read_bytes()).hexdigest()}


def test_too_long_lines_are_left_out_as_too_long_lists_are(
    tmp_path: Path, us: Any, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    long = {"text": "Trust people. " * 400}
    recipe = SFTRecipe(norms="demo", words=3, max_tokens=400)
    mixed = recipe.model_copy(update={"mix": {str(jsonl(tmp_path, {"text": "Be kind."}, long)): 0.25}})
    assert max(len(ids) for ids in training_set(us, mixed, encoder).train["ids"]) <= 400
    assert "1 examples are longer than 400 tokens" in caplog.text
    only = recipe.model_copy(update={"mix": {str(jsonl(tmp_path, long)): 0.25}})
    with pytest.raises(AlignError, match=r"every example of .* longer than 400[^!]*--max-tokens"):
        training_set(us, only, encoder)


def test_messages_that_the_chat_template_refuses_are_named(tmp_path: Path, tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ raise_exception('System role not supported') }}"
    with pytest.raises(AlignError, match=r"line 1: the model's chat template fails: .*System role not supp"):
        read_examples(jsonl(tmp_path, CHAT), Encoder(tokenizer, is_chat=True))


def trained(rows: Any) -> int:
    return sum(len(row["ids"]) - max(row["start"], 1) for row in rows)


def test_an_example_that_is_longer_than_its_share_is_told(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"text": "Be kind to everybody. " * 20})
    with pytest.raises(AlignError, match="its first example is longer"):
        training_set(us, SFTRecipe(norms="demo", words=3, mix={str(file): 0.01}), encoder)


def test_the_tokens_that_were_mixed_in_are_recorded(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"prompt": "Be", "completion": " kind."})
    data = training_set(us, SFTRecipe(norms="demo", mix={str(file): 0.25}), encoder)
    assert data.about["trained_tokens"] == trained(data.train)
    assert data.about["mixed_tokens"] == trained(row for row in data.train if row["source"] != NORMS)


def test_a_share_of_all_tokens_leaves_the_associations_out(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, {"text": "Trust people."}, {"text": "Red is a colour.", "cue": "Red"})
    plain = training_set(us, SFTRecipe(norms="demo"), encoder)
    only = training_set(us, SFTRecipe(norms="demo", mix={str(file): 1.0}), encoder)
    assert NORMS not in only.train["source"]
    assert trained(only.train) == pytest.approx(trained(plain.train), abs=20)
    assert only.about["trained_tokens"] == only.about["mixed_tokens"]
    assert only.about["examples"] == 0
    assert only.cues == {"red"}


def test_a_file_that_fills_its_share_not_quite_leaves_no_room_for_a_list(
    tmp_path: Path, us: Any, encoder: Encoder
) -> None:
    total = trained(training_set(us, SFTRecipe(norms="demo", words=3), encoder).train)
    lengths = set()
    for times in range(1, 7):
        file = jsonl(tmp_path, {"text": "Be kind to everybody. " * times})
        recipe = SFTRecipe(norms="demo", words=3, mix={str(file): 1.0})
        rows = training_set(us, recipe, encoder).train
        assert NORMS not in rows["source"]
        lengths.add(trained(rows) < total)
    assert True in lengths, "no file was short of its share"


def text(*ids: int, before: int = 0) -> Encoded:
    return Encoded(list(ids), before, [])


def test_texts_are_joined_to_about_as_many_tokens() -> None:
    """Texts of 4 tokens, of which the first has nothing before it: 7 + 4 / 2 is no more than 11."""
    four = [text(one, one, one, 0) for one in (1, 2, 3, 4)]
    first, second = joined(four, 11, before=0, longest=100)
    assert first.ids == [1, 1, 1, 0, 2, 2, 2, 0, 3, 3, 3, 0]
    assert (second.ids, second.start) == ([4, 4, 4, 0], 0)
    assert [len(one.ids) for one in joined(four, 8, before=0, longest=100)] == [8, 8]
    assert [len(one.ids) for one in joined(four, 100, before=0, longest=9)] == [8, 8]


def test_the_token_that_begins_all_texts_stands_once() -> None:
    (one,) = joined([text(9, 1, 0, before=1), text(9, 2, 0, before=1)], 10, before=1, longest=100)
    assert (one.ids, one.start) == ([9, 1, 0, 2, 0], 1)


def test_what_has_a_prompt_is_not_joined() -> None:
    asked = text(5, 6, 0, before=1)
    found = joined([text(1, 0), asked, text(2, 0), text(3, 0)], 100, before=0, longest=100)
    assert [one.ids for one in found] == [[1, 0], asked.ids, [2, 0, 3, 0]]


def test_joined_texts_take_as_many_steps_as_lists(tmp_path: Path, us: Any, encoder: Encoder) -> None:
    file = jsonl(tmp_path, *({"text": f"Proverb {number}."} for number in range(100)))
    plain = training_set(us, SFTRecipe(norms="demo"), encoder).train
    apart, together = (
        training_set(us, SFTRecipe(norms="demo", mix={str(file): 1.0}, join_texts=join), encoder).train
        for join in (False, True)
    )
    assert len(together) == pytest.approx(len(plain), rel=0.1)
    assert len(apart) > 2 * len(plain)
    assert trained(together) == pytest.approx(trained(plain), rel=0.02)
