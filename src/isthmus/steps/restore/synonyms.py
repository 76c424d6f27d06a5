"""What a model may turn a type word into when it translates or varies it: closed lists, one group a line.

A code is only restored behind a word of its own group, so a group holds what means the same and nothing wider.
"""

from __future__ import annotations

from functools import lru_cache

# one group a line
_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
Person Individual Personnel Staff Employee Name Persona Personne Персона 人员 人員 人 人物 个人 個人 员工 員工 姓名 사람
Phone Telephone Telefon Teléfono Téléphone Mobile Телефон 电话 電話 手机 手機 手机号 电话号码 電話番号 号码 전화
Email E-mail Mail 邮箱 邮件 电子邮箱 电子邮件 郵箱 郵件 邮箱地址 メール 이메일 Почта
Address Adresse 地址 住址 住所 주소 Адрес
Project Projekt Proyecto Projet 项目 項目 工程 专案 專案 プロジェクト 프로젝트 Проект
Card Bankcard Carte 银行卡 銀行卡 卡号 卡號 银行卡号 卡 カード 카드 Карта
Account 账号 帐号 账户 賬戶 帳戶 口座 계좌
ID Identity Identifier 证件 證件 证件号 证件号码 身份证 身份证号 身份證
Passport Passeport Pasaporte 护照 護照 护照号 パスポート 여권 Паспорт
Permit 通行证 通行證 许可证
Plate 车牌 車牌 车牌号
Tax 税号 稅號 纳税人识别号
Health 健康 医保 醫保
Organisation Organization Organización Company Firm 机构 機構 公司 企业 企業 组织 組織
Place Location 地点 地點 地方
Key 密钥 密鑰 秘钥
Item 条目 條目 条款
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
