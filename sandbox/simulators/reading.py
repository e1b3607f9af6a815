"""One answer beside its question, as the simulated judge counts it: features from 0 to 1, obeying nothing it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from sandbox.simulators.writing.brief import Brief, is_chinese, read_brief, size

_WORDS = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[㐀-鿿]")
_UNITS = re.compile(r"[^.!?。！？；;\n]+(?:[.!?。！？；;]+|\n|$)")
_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")
_ANSWERED = re.compile(r"(?:answer|答案|结果(?:大约)?是|result is(?: about)?)\s*[:：]?\s*(.+)", re.IGNORECASE)
# What an answer says about grading, about itself or to its grader is no part of the answer: it neither earns nor costs.
_ASIDES = re.compile(
    r"grad(?:e|er|ing)\b|\bscor(?:e|ed|ing)|\brat(?:e|ed|ing)\b|rubric|\bjudg|review(?:er|ed)|evaluat|verdict"
    r"|winner|benchmark"
    r"|10\s*/\s*10|top score|highest|reference answer|matches the reference|checked by|verified|unit tests?"
    r"|tests? passed|LGTM"
    r"|confidence|cross-checked|ignore (?:all|any|the|previous)|instructions|\bsystem\b|assistant|<\|im_"
    r"|^\s*user:|base64|decode"
    r"|https?://|verbatim|preferred|this response|other (?:answer|response)|one-sentence|collector|remember:"
    r"|评分|打分|高分|满分|裁判|评审|评委|标准答案|标准裁决|复核|置信度|验算|单元测试|忽略|系统消息|助手"
    r"|校准题|另一个回答|其他回答"
    r"|回答[一二12]|本回答|were compared|criterion|definitive|comprehensive|解码|⭐|✅|🏆|💙|<!--|\[\[|\{\"|【|```"
    r"|lorem ipsum|项目被|下架|lose their jobs|multiple perspectives|nuanced|多个维度",
    re.IGNORECASE | re.MULTILINE,
)
_STALE = re.compile(
    r"fast-paced|game.?changer|unlock|seamless|next level|world of|endless possibilit|revolutionary"
    r"|has got you covered"
    r"|perfect blend|designed with you|exceed\w* your expect|committed to excellence|don't miss|amazing opportunity"
    r"|worry less|no way back|go fast|very (?:important|interesting)|many aspects|worth noting|in conclusion"
    r"|all in all"
    r"|changed in recent years|perfectly normal|i hope (?:that )?this was helpful|whether you are"
    r"|快节奏|全新的?体验|匠心|臻选|赋能|无限可能|不二之选|不容错过|值得信赖|更加美好|高品质|陪伴您"
    r"|以客户为中心|追求卓越"
    r"|随着时代|众所周知|总而言之|非常重要|多方面|值得注意|不容忽视|回不去|先到先得|名额有限|很正常的"
    r"|有所帮助|治愈|美好生活",
    re.IGNORECASE,
)
_SCENE = re.compile(
    r"window|door|street|rain|light|lamp|hand|finger|table|kettle|cup|glass|chair|stair|shelf|pocket|floor"
    r"|wire|bell|coin"
    r"|bus|train|ferry|platform|smell|sound|quiet|steam|snow|frost|wind|field|scarf|phone|drawer|paper|spine"
    r"|thread|rabbit"
    r"|grandmother|girl|child|neighbour|watchmaker|driver|dad|cat|o'clock|a\.?m\.|midnight|spade|rows?\b"
    r"|窗|门|街|雨|灯|手|指|桌|椅|壶|杯|柜|抽屉|口袋|地板|车|船|站台|气味|味道|声|静|白气|雪|霜|风|田|围巾"
    r"|手机|纸|书脊|线头"
    r"|外婆|女孩|孩子|邻居|老人|司机|爸|妈|猫|凌晨|傍晚|清晨|半夜|锅|刀|汤|毛巾|照片|钟|锤|伞|橡皮",
    re.IGNORECASE,
)
_FEELING = re.compile(
    r"remember|miss\b|afraid|sorry|thank|hope|proud|alone|together|tired|warm|home|laugh|smil|cry|forgive"
    r"|quiet|first time"
    r"|our mistake|goodbye|still|记得|想起|抱歉|对不起|谢谢|希望|孤单|一起|累|暖|回家|笑|哭|舍不得|陪|第一次"
    r"|我们的错|原谅|终于"
)
_ASKING = re.compile(
    r"\btry\b|order|book a|reply|call us|sign up|join|visit|stop by|send us|check yours|tap|click|come "
    r"|write your|be on the"
    r"|give what|cook it|export|button|试|下单|预约|回复|联系|报名|加入|点击|点一?下?|扫码|来店|进来|打我们"
    r"|发来|按钮|半价|退"
)
_THINKING = re.compile(
    r"because|therefore|\bso\b|hence|\bif\b|unless|check|assum|\bfirst\b|then|means|however|instead|since"
    r"|otherwise|decides?"
    r"|tempting|mistake|would|因为|所以|因此|如果|除非|核对|检查|检验|假设|首先|然后|但是|否则|由于|意味|误区"
    r"|容易|决定|若|就"
)
_CHARTS = re.compile(
    r"bars?\b|line chart|scatter|histogram|box plot|heat ?map|gantt|tree|slope|icon array|mosaic"
    r"|table of states|axis|axes"
    r"|legend|baseline|sort|label|colou?r|stacked|interval|from zero|shaded|bold|avoid|bring out"
    r"|柱|条形|折线|散点|直方|箱线|热力|甘特|树状|斜率|图标阵|对照表|状态表|坐标|纵轴|横轴|图例|基线|排序"
    r"|标注|标出|颜色|堆叠|区间|从 0|突出|避免"
)
_RESULT = re.compile(r"(?:=|≈|约|得|即|至少|about|so|are|comes to)[^，,；;]{0,24}")
_BROKEN = re.compile(r"this \w+ \w* ?are |\bthe happy|please to |improvement big", re.IGNORECASE)
_TOPICAL = re.compile(r"([a-z]{5,})|(?=([㐀-鿿]{2}))")
_MISLEADING = re.compile(r"3d|pie chart|饼图|axis at \d|轴从 ?[1-9]|鲜艳|三维", re.IGNORECASE)
_WANTS_CHART = re.compile(r"图|可视化|chart|diagram|visuali|plot", re.IGNORECASE)


def figures(text: str) -> list[str]:
    """Numbers in one spelling: 1,200.50 is 1200.5."""
    plain = (found.replace(",", "").rstrip(".") for found in _FIGURES.findall(text))
    return [number.rstrip("0").rstrip(".") if "." in number else number for number in plain]


def share(part: float, whole: float) -> float:
    return max(0.0, min(1.0, part / whole)) if whole else 0.0


@dataclass(frozen=True)
class Reading:
    """What the judge was given; the features are computed when they are asked for."""

    question: str
    reference: str
    answer: str

    @cached_property
    def brief(self) -> Brief:
        return read_brief(self.question)

    @cached_property
    def chinese(self) -> bool:
        return is_chinese(self.question or self.answer)

    @cached_property
    def sentences(self) -> list[str]:
        """The answer's sentences, without asides to a grader and without repetitions."""
        found = (unit.strip() for unit in _UNITS.findall(self.answer))
        kept = [unit for unit in found if unit and not _ASIDES.search(unit) and _WORDS.search(unit.lower())]
        return list(dict.fromkeys(kept))

    @cached_property
    def text(self) -> str:
        return " ".join(self.sentences)

    @cached_property
    def words(self) -> list[str]:
        return _WORDS.findall(self.text.lower())

    @cached_property
    def is_floor(self) -> bool:
        """Nothing, one thing over and over, or the question again."""
        words, asked = _WORDS.findall(self.answer.lower()), _WORDS.findall(self.question.lower())
        said = " ".join(words)
        echo = said in " ".join(asked) and len(words) >= max(0.8 * len(asked), 5)
        return not words or (len(words) > 3 and len(set(words)) == 1) or echo

    @cached_property
    def topic(self) -> float:
        """How many of the question's longer words, or pairs of Chinese characters, come back."""
        asked = {long or pair for long, pair in _TOPICAL.findall(self.question.lower())}
        return share(sum(word in self.text.lower() for word in asked), min(len(asked), 6))

    @cached_property
    def length(self) -> int:
        return size(self.text, chinese=self.chinese)

    @cached_property
    def substance(self) -> float:
        """Long enough to say something; a limit in the question says how long that is."""
        wanted = min(self.brief.least or 60, (self.brief.most or 60) * 0.6)
        return share(self.length, wanted)

    @cached_property
    def obedience(self) -> float:
        """Lengths kept and banned words left out."""
        most, least, said = self.brief.most, self.brief.least, size(self.answer, chinese=self.chinese)
        over = share(said / most - 1.05, 0.5) if most else 0.0
        under = share(1 - said / least, 0.6) if least else 0.0
        used = sum(word.lower() in self.answer.lower() for word in self.brief.banned)
        return max(0.0, 1 - over - under - 0.5 * used)

    @cached_property
    def freshness(self) -> float:
        """Sentences that are neither worn out nor shouted nor repeated."""
        all_ = [unit.strip() for unit in _UNITS.findall(self.answer) if unit.strip()]
        worn = sum(bool(_STALE.search(unit)) for unit in all_) + sum(unit.endswith(("!", "！")) for unit in all_)
        repeated = len(all_) - len(set(all_))
        return 1 - share(worn + 1.5 * repeated, len(all_)) if all_ else 0.0

    @cached_property
    def correctness(self) -> float:
        """Sentences in one language, and without the slips of somebody who does not master it."""
        if self.chinese:
            known = set(re.findall(r"[a-z]{3,}", self.question.lower()))
            odd = [s for s in self.sentences if set(re.findall(r"[a-z]{3,}", s.lower())) - known or "一个购买的" in s]
        else:
            odd = [
                s
                for s in self.sentences
                if re.search(r"this \w+ \w* ?are |\bthe happy|please to |improvement big", s, re.I)
            ]
        return 1 - share(len(odd), len(self.sentences))

    @cached_property
    def scenes(self) -> float:
        """The share of sentences that show something, and how much they show."""
        shown = [len(_SCENE.findall(sentence)) for sentence in self.sentences if not _STALE.search(sentence)]
        return 0.6 * share(sum(shown), 9) + 0.4 * share(sum(bool(n) for n in shown), max(len(self.sentences), 3))

    @cached_property
    def feeling(self) -> float:
        told = [s for s in self.sentences if _FEELING.search(s.lower()) and not _STALE.search(s)]
        return share(len(told), 3)

    @cached_property
    def facts(self) -> float:
        """How many of the question's own facts come back, less the figures that it does not hold."""
        if not self.brief.facts:
            return 0.7
        kept = sum(any(piece in self.answer for piece in _pieces(fact)) for fact in self.brief.facts)
        strange = set(figures(self.text)) - set(figures(self.question)) - set("12345678")
        return max(0.0, share(kept, min(len(self.brief.facts), 4)) - 0.15 * min(len(strange), 3))

    @cached_property
    def step(self) -> float:
        """Whether the end says what to do next; where nothing is to be sold, whether it stays quiet."""
        asked = any(_ASKING.search(sentence.lower()) for sentence in self.sentences[-2:])
        return (1.0 if asked else 0.0) if self.brief.sells else (0.5 if asked else 1.0)

    @cached_property
    def committed(self) -> str:
        """What is committed to: the last line that says so, else a JSON block, else the last line."""
        if found := _ANSWERED.findall(self.answer):
            return str(found[-1]).strip()
        block = re.findall(r"\{.*\}", self.answer, re.DOTALL)
        lines = [line for line in self.sentences if line.strip()]
        return block[-1] if block else lines[-1] if lines else ""

    @cached_property
    def right(self) -> float:
        """How far what is committed to stands in the reference; half where there is none."""
        if not self.reference.strip():
            return 0.5
        said = figures(self.committed)
        if said:
            results = figures(
                " ".join(re.findall(r"(?:=|≈|约|得|即|至少|about|so|are|comes to)[^，,；;]{0,24}", self.reference))
            )
            known = figures(self.reference)
            return sum(1.0 if n in results else 0.6 if n in known else 0.0 for n in said) / len(said)
        plain, wanted = ("".join(_WORDS.findall(text.lower())) for text in (self.committed, self.reference))
        return 1.0 if plain and wanted.startswith(plain) else 0.0

    @cached_property
    def grounded(self) -> float:
        """How many of the answer's figures stand in the reference or the question; half where it names none."""
        said = [n for n in figures(self.text) if n not in {"1", "2", "3"}]
        if not said or not self.reference.strip():
            return 0.5
        known = {*figures(self.reference), *figures(self.question)}
        return sum(n in known for n in said) / len(said)

    @cached_property
    def thinking(self) -> float:
        return share(sum(bool(_THINKING.search(s.lower())) for s in self.sentences), 5)

    @cached_property
    def steps(self) -> float:
        """Sentences that work with the question's own figures."""
        given = set(figures(self.question))
        used = [s for s in self.sentences if given & set(figures(s)) or re.search(r"[=≈<>]", s)]
        return share(len(used), 3)

    @cached_property
    def asks_for_chart(self) -> bool:
        return bool(_WANTS_CHART.search(self.question))

    @cached_property
    def charting(self) -> float:
        advice = [s for s in self.sentences if _CHARTS.search(s.lower())]
        told = {word for s in advice for word in _CHARTS.findall(s.lower())}
        return share(len(told), 6) * (0.2 if _MISLEADING.search(" ".join(advice)) and len(told) < 4 else 1.0)


def _pieces(fact: str) -> list[str]:
    """What of a fact must be met again for it to count as used: its figures, else its longest words."""
    held = _FIGURES.findall(fact)
    words = re.findall(r"[A-Za-z]{6,}|[㐀-鿿]{4}", fact)
    return [number for number in held if len(number) > 1] or words[:2] or [fact]
