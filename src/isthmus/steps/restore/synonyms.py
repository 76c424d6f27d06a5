"""What a model may turn a type word into when it translates or varies it: closed lists, one group a line.

A code is only restored behind a word of its own group, so a group holds what means the same and nothing wider.
"""

from __future__ import annotations

from functools import lru_cache

_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
Person Individual Personnel Staff Employee Name Persona Personne 人员 人員 人 人物 个人 個人 员工 姓名
Phone Telephone Mobile Cellphone Tel Cell 电话 電話 手机 手機 手机号 电话号码 号码 联系电话
Email Mail 邮箱 邮件 电子邮箱 电子邮件 郵箱 郵件 邮箱地址
Address 地址 住址
Project 项目 項目 工程 专案
Card Bankcard 银行卡 卡号 银行卡号 卡
Account 账号 帐号 账户
Passport 护照 護照 护照号
Plate Vehicle 车牌 车牌号
Company Organisation Organization Firm 公司 企业 机构 组织
Place Location 地点 地方
Item 条目 条款 項目
""".strip().splitlines()
)


@lru_cache(maxsize=512)
def synonyms(word: str, others: frozenset[str] = frozenset()) -> frozenset[str]:
    """`word`, `others` that mean the same, and all words of their groups.

    Not a longer word that ends with `word`: `联系` before `电话-K7F3Q` is other text.
    """
    known = {word} | others
    wider = known.union(*(group for group in _GROUPS if group & known))
    return frozenset(each for each in wider if each == word or not each.lower().endswith(word.lower()))
