"""Record what the chat model of the course replies to twenty of the questions of lesson 08.

    python -m recipes.make_qa_replies

Greedy, on the CPU, at most 25 new tokens, the first line of each reply; a few minutes on one core. Run it again whenever
the checkpoint ``generation``, the passages or the questions change; the course refuses a record made with other texts.
"""

import json

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from course_utils import checkpoint
from course_utils.lessons.question_answering.by_hand import texts
from course_utils.lessons.question_answering.replies import (
    MAY_REFUSE,
    PROMPT,
    RECORD,
    digests,
    twenty,
)


@torch.inference_mode()
def reply_to(prompt, row, model, tokenizer):
    """Give the first line of a greedy reply."""
    asked = prompt.format(passage=texts()[row["passage"]], question=row["question"])
    inputs = tokenizer.apply_chat_template(
        [{"role": "user", "content": asked}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    written = model.generate(**inputs, max_new_tokens=25, do_sample=False)
    new = written[0, inputs["input_ids"].shape[1] :]
    return tokenizer.decode(new, skip_special_tokens=True).split("\n")[0]


def main():
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("generation"))
    model = AutoModelForCausalLM.from_pretrained(checkpoint("generation"))
    replies = [
        {
            "id": row["id"],
            "reply": reply_to(PROMPT, row, model, tokenizer),
            "reply_may_refuse": reply_to(MAY_REFUSE, row, model, tokenizer),
        }
        for row in twenty()
    ]
    content = {"checkpoint": "generation", "sha256": digests(), "replies": replies}
    RECORD.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
