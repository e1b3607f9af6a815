"""Text into tokens, the same way for what is searched and for what is searched for. Pure, and bounded by ``clean``.

Chinese needs no dictionary: a run of it is its characters and their pairs. Latin words part where a name meets its
version ("qwen3.5" is "qwen" and "3.5"), so that "gpt 4.1", "gpt-4.1" and "gpt4.1" are one thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

# What of a query is read. Beyond that nobody types, and work must stay bounded.
MOST_CHARACTERS = 200
MOST_TOKENS = 16

HAN = "\u3400-\u9fff\uf900-\ufaff"
_PIECES = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:\.\d[^\W_{HAN}]*)*")
# The dash of a slug between the parts of a version: claude-opus-4-5, gpt-4-1.
_DASHED_VERSION = re.compile(r"(?<![\d.])(\d{1,2})-(\d{1,2})(?![\d.]|[a-z])")
_GLUED = re.compile(rf"([^\W\d_{HAN}]{{2,}})(\d.*)")
_GLUED_SIGNS = str.maketrans({"'": None, "’": None, "_": " "})

# Traditional characters of the words that this catalogue is searched by.
TRADITIONAL = str.maketrans(
    "開圖視頻權問義譜語馬鴉啟獨億據雲騰訊內國價錢長處輸廣寫數學邏輯計畫統識別覺聽說話編碼場務業傳資產標準結構調點擊應選擇"
    "圍對話總結規範發實驗測試評單雙動畫網絡頁電腦機器養駝龍靈維護隱環邊緣寶鏈續貴優質靜態藝術詩詞進階躍層歐亞東華飛槳訓練與為無"
    "這個們來時間後會讓從還過運達遠連適遲類別級較轉載輕軟體檔誌讀課題腳費雜離難雙願顯風養驗體黃齊鄉醫療藥檢",
    "开图视频权问义谱语马鸦启独亿据云腾讯内国价钱长处输广写数学逻辑计画统识别觉听说话编码场务业传资产标准结构调点击应选择"
    "围对话总结规范发实验测试评单双动画网络页电脑机器养驼龙灵维护隐环边缘宝链续贵优质静态艺术诗词进阶跃层欧亚东华飞桨训练与为无"
    "这个们来时间后会让从还过运达远连适迟类别级较转载轻软体档志读课题脚费杂离难双愿显风养验体黄齐乡医疗药检",
)


def clean(text: str) -> str:
    """``text`` in one form: width, case and script folded, what cannot be read taken out, cut to MOST_CHARACTERS."""
    readable = "".join(_readable(each) for each in text[: 2 * MOST_CHARACTERS])
    return " ".join(unicodedata.normalize("NFKC", readable).split())[:MOST_CHARACTERS].strip()


def _readable(character: str) -> str:
    """Invisible marks are dropped; controls, surrogates, private and unassigned characters part words, as blanks do."""
    kind = unicodedata.category(character)
    return "" if kind == "Cf" else " " if kind[0] in "CZ" else character


def fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(TRADITIONAL).translate(_GLUED_SIGNS)
    return _DASHED_VERSION.sub(r"\1.\2", folded)


def pieces(text: str) -> list[str]:
    """Words, versions and single Chinese characters, in order."""
    found: list[str] = []
    for piece in _PIECES.findall(fold(text)):
        glued = _GLUED.fullmatch(piece)
        found.extend(glued.groups() if glued else (piece,))
    return found


def is_han(piece: str) -> bool:
    return "\u3400" <= piece[0] <= "\u9fff" or "\uf900" <= piece[0] <= "\ufaff"


def squash(text: str) -> str:
    """``text`` without anything between its pieces: "Open AI", "open-ai" and "OpenAI" squash alike."""
    return "".join(pieces(text))


def tokens(text: str) -> Iterator[str]:
    """What a text is found by: its pieces, pairs of neighbouring Chinese characters, and Latin neighbours joined."""
    found = pieces(text)
    yield from found
    for left, right in pairwise(found):
        if is_han(left) == is_han(right):
            yield left + right
