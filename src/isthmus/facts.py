"""The facts that a decision can take: one closed schema, the same from a live call and from a file.

`null` is *unknown*: never favourable. *Absent* means the field's default: `False` for what would have to be held
(instruments, evidence, grounds of exemption, special triggers: not held, not present), unknown (`None`) for what the
world is like. A field without a default is required. Codes of places are ISO 3166 alpha-2 in lower case.
`isthmus law facts` prints this file as JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Place = Annotated[str, Meta(pattern="^[a-z]{2}$", description="ISO 3166 alpha-2 code in lower case")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="a calendar date in the zone the rule names")]
Persons = Annotated[int, Meta(ge=0, description="distinct natural persons")]
Percent = Annotated[float, Meta(ge=0, le=100, description="percent")]
Days = Annotated[int, Meta(ge=0, description="days")]
Held = bool | None
Known = bool | None

Role = Literal["controller", "processor", "intermediary", "data_subject", "user", "operator"]
Audience = Literal["internal", "public", "partners"]
Basis = Literal[
    "consent", "contract", "hr_management", "statutory_duty", "emergency", "news", "public_information", "other_law"
]


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group of facts; unknown members are errors."""


class Exporter(Group, frozen=True, kw_only=True):
    """The legal entity that lets the data leave."""

    jurisdiction: Annotated[Place, Meta(description="where the entity is established")]
    entity: Annotated[str, Meta(description="the entity's id in the registry; empty: not said")] = ""
    city: Annotated[
        str | None,
        Meta(description="in lower-case pinyin, for regional instruments; absent: none with an instrument of its own"),
    ] = ""
    split: Annotated[Held, Meta(description="volumes are split over entities to stay under a threshold")] = False
    domestic_persons: Annotated[
        Persons | None, Meta(description="whose personal information it processes at home; absent: none said")
    ] = 0
    role: Annotated[Role | None, Meta(description="its role for this processing; absent: controller")] = "controller"
    ciio: Annotated[
        Held, Meta(description="critical information infrastructure operator; absent: not notified, so no")
    ] = False
    us_person: Annotated[Known, Meta(description="28 CFR 202.256; absent: derived from jurisdiction")] = None
    owner_country: Annotated[Place | None, Meta(description="headquarters of the ultimate owner; absent: unknown")] = (
        None
    )
    owner_percent: Annotated[Percent | None, Meta(description="share held by that owner; absent: unknown")] = None
    sector: Annotated[str | None, Meta(description="auto, finance, health, telecom ...; absent: none special")] = ""
    separate_consent_always: Annotated[bool, Meta(description="the entity's stricter reading of PIPL 39")] = False
    relative_view: Annotated[
        bool, Meta(description="the entity's counsel reads de-identified data relatively; absent: strict")
    ] = False


class Act(Group, frozen=True, kw_only=True):
    """What is done with the data."""

    first_transfer_days_ago: Annotated[
        Days | None, Meta(description="days since the first transfer of this kind; absent: this is the first")
    ] = 0
    large_scale: Annotated[Held, Meta(description="continuous or on a large scale; absent: no")] = False

    kind: Annotated[
        Literal["transmit", "remote_query", "on_site_access", "direct_collection", "third_party_tag"] | None,
        Meta(description="absent: transmit"),
    ] = "transmit"
    channel: Annotated[
        Literal[
            "api", "vector_store", "telemetry", "log", "cache", "fallback", "storage", "model_licence", "marketplace"
        ]
        | None,
        Meta(description="absent: api"),
    ] = "api"


class Recipient(Group, frozen=True, kw_only=True):
    """Who receives, on the three axes: residency, sovereignty, provenance."""

    hosted_in: Annotated[tuple[Place, ...] | None, Meta(description="inference and logs; unknown when null")]
    accessible_from: Annotated[tuple[Place, ...] | None, Meta(description="support access; absent: nowhere else")] = ()
    id: Annotated[str, Meta(description="the recipient's id in the registry; empty: not said")] = ""
    deployment: Annotated[str, Meta(description="the deployment's id; empty: not said")] = ""
    provider: Annotated[str, Meta(description="who sells; empty: not said")] = ""
    operator_country: Annotated[Place | None, Meta(description="who runs the endpoint; absent: unknown")] = None
    owner_country: Annotated[Place | None, Meta(description="who ultimately owns it; absent: unknown")] = None
    role: Annotated[
        Literal["processor", "controller", "same_entity", "employee", "foreign_court", "foreign_authority"] | None,
        Meta(description="absent: processor"),
    ] = "processor"
    covered_person: Annotated[Known, Meta(description="28 CFR 202.211; absent: derived from ownership and seat")] = None
    owner_percent: Annotated[Percent | None, Meta(description="share held by that owner; absent: unknown")] = None
    certified: Annotated[
        tuple[str, ...] | None, Meta(description="schemes it is certified under: dpf, cbpr ...; absent: none")
    ] = ()
    onward: Annotated[Held, Meta(description="passes the data on to others; absent: no")] = False
    deny_listed: Annotated[Held, Meta(description="on a list of PIPL 42; absent: no")] = False
    trains_on_inputs: Annotated[Known, Meta(description="absent: unknown")] = None
    retention_days: Annotated[Days | None, Meta(description="absent: unknown")] = None
    blocked_regions: Annotated[tuple[Place, ...], Meta(description="places its terms do not serve; absent: none")] = ()
    owner_rule_percent: Annotated[
        Percent | None,
        Meta(
            description="its terms refuse entities owned above this share from a blocked region; absent: no such term"
        ),
    ] = None
    suspended: Annotated[bool, Meta(description="an operator's availability override is in force; absent: no")] = False


class Item(Group, frozen=True, kw_only=True):
    """One kind of data in the flow."""

    label: Annotated[str, Meta(description="what it is, for people: an identifier's kind or a description")] = ""
    classes: Annotated[
        tuple[str, ...] | None, Meta(description="legal classes, as `cn.personal`; null: unread, unknown")
    ] = ()
    persons: Annotated[Persons | None, Meta(description="distinct persons in this item; absent: unknown")] = None
    subjects: Annotated[
        Literal["employees", "relatives", "applicants", "customers", "patients", "minors", "travellers", "others"]
        | None,
        Meta(description="whose data; absent: others, no special group (minors: under 14)"),
    ] = "others"
    form: Annotated[
        Literal["plain", "hashed", "encrypted", "embedding", "pseudonymised", "aggregated", "anonymised"] | None,
        Meta(description="as it would leave; absent: plain"),
    ] = "plain"
    origin: Annotated[
        Literal["here", "mainland", "abroad", "mixed"] | None,
        Meta(description="where collected and generated; absent: here, which is where the exporter is"),
    ] = "here"
    importance: Annotated[
        Literal["none", "suspected", "notified", "published", "core"] | None,
        Meta(description="important data; absent: not notified and not published"),
    ] = "none"
    necessary: Annotated[Known, Meta(description="necessary for the purpose (PIPL 6, 38); absent: yes")] = True


class Purpose(Group, frozen=True, kw_only=True):
    """Why, and on which basis."""

    name: Annotated[str, Meta(description="the registered purpose; empty: not said")] = ""
    basis: Annotated[Basis | None, Meta(description="lawful basis of PIPL 13; absent: unknown")] = None
    contract_with_individual: Annotated[
        Held, Meta(description="necessary for a contract to which the individual is party")
    ] = False
    hr_necessary: Annotated[Held, Meta(description="necessary for cross-border HR management")] = False
    labour_rules: Annotated[Held, Meta(description="lawfully adopted labour rules")] = False
    collective_contract: Annotated[Held, Meta(description="lawfully signed collective contract")] = False
    new_purpose: Annotated[Held, Meta(description="other than the purpose the data were collected for")] = False
    statutory_necessary: Annotated[Held, Meta(description="necessary to perform a statutory duty or obligation")] = (
        False
    )
    emergency: Annotated[Held, Meta(description="a real emergency for life, health or property")] = False


class Evidence(Group, frozen=True, kw_only=True):
    """What is on file for this flow and recipient. Absent: not held."""

    notice: Annotated[Held, Meta(description="notice that names the recipient (PIPL 39)")] = False
    separate_consent: Annotated[Held, Meta(description="separate consent to this export")] = False
    bundled_consent: Annotated[Held, Meta(description="the only consent is bundled or blanket; absent: no")] = False
    consent_withdrawn: Annotated[Held, Meta(description="someone in the data withdrew consent; absent: no")] = False
    guardian_consent: Annotated[Held, Meta(description="a guardian's consent for those under 14")] = False
    impact_assessment: Annotated[Held, Meta(description="assessment before the export (PIPL 55, 56)")] = False


class Counts(Group, frozen=True, kw_only=True):
    """Distinct persons: already counted this year, and of this flow not yet counted. Null: unknown.

    Absent: none before; the new ones are then the persons of the data items.
    """

    general_before: Persons | None = 0
    general_new: Persons | msgspec.UnsetType | None = msgspec.UNSET
    sensitive_before: Persons | None = 0
    sensitive_new: Persons | msgspec.UnsetType | None = msgspec.UNSET
    general_last_year: Annotated[Persons | None, Meta(description="exported in the year before; absent: none")] = 0
    sensitive_last_year: Annotated[Persons | None, Meta(description="the same, sensitive; absent: none")] = 0
    us_before: Annotated[
        dict[str, int], Meta(description="US persons by category, this counterparty, 12 months before")
    ] = {}
    us_new: Annotated[dict[str, int], Meta(description="US persons by category in this flow, not yet counted")] = {}


class Instrument(Group, frozen=True, kw_only=True):
    """A contract, certification, assessment, filing or attestation on file."""

    kind: Annotated[
        Literal[
            "standard_contract",
            "certification",
            "security_assessment",
            "gba_contract",
            "authority_approval",
            "cisa_requirements",
            "scc",
            "bcr",
            "transfer_certification",
            "transfer_impact_assessment",
            "permit",
            "dossier",
            "contract_clauses",
        ],
        Meta(description="what it is"),
    ]
    number: Annotated[str, Meta(description="its number; empty: none")] = ""
    recipient: Annotated[str, Meta(description="the recipient it covers; empty: any")] = ""
    valid_from: Annotated[Day | None, Meta(description="in effect from; absent: unknown")] = None
    valid_until: Annotated[Day | None, Meta(description="last day; absent: no end")] = None
    filed_on: Annotated[Day | None, Meta(description="filed with the authority on; absent: not filed")] = None


class Service(Group, frozen=True, kw_only=True):
    """The service that the flow belongs to."""

    audience: Annotated[Audience | None, Meta(description="absent: internal; null: undetermined")] = "internal"
    audience_in: Annotated[
        tuple[Place, ...] | None, Meta(description="where the audience is; absent: the exporter's place")
    ] = ()
    model: Annotated[str, Meta(description="the model's name; empty: not said")] = ""
    model_filed: Annotated[Known, Meta(description="the model has a generative-AI filing number; absent: unknown")] = (
        None
    )
    service_filed: Annotated[Held, Meta(description="the service has its own generative-AI filing number")] = False
    application_registered: Annotated[Held, Meta(description="the application is registered over a filed model")] = (
        False
    )
    content: Annotated[
        Literal["text", "image", "audio", "video", "virtual_scene"] | None,
        Meta(description="what is generated; absent: text"),
    ] = "text"
    opinion_attributes: Annotated[
        Known, Meta(description="can shape public opinion or mobilise (GenAI 17); absent: yes for a public service")
    ] = True
    unlabelled_requested: Annotated[
        Held, Meta(description="the user asked for no visible label and the agreement fixes the user's duty")
    ] = False
    companion: Annotated[Held, Meta(description="a simulated person in sustained emotional interaction")] = False
    edits_real_person: Annotated[Held, Meta(description="edits or clones the face or voice of a real person")] = False
    person_consents: Annotated[Held, Meta(description="that person consents separately")] = False
    algorithm_filed: Annotated[Held, Meta(description="the algorithm is filed")] = False
    launched_days_ago: Annotated[Days | None, Meta(description="days since it was offered; absent: today")] = 0
    minors: Annotated[Held, Meta(description="offered to minors; absent: no")] = False
    placed_on_market: Annotated[Day | None, Meta(description="first placed on the EU market; absent: unknown")] = None
    deep_fake: Annotated[Held, Meta(description="the output is a deep fake; absent: no")] = False
    artistic: Annotated[Held, Meta(description="evidently artistic, satirical or fictional; absent: no")] = False
    public_interest_text: Annotated[
        Held, Meta(description="text that informs the public on matters of public interest; absent: no")
    ] = False
    human_reviewed: Annotated[Held, Meta(description="under human review and editorial responsibility")] = False
    prohibited_practice: Annotated[Held, Meta(description="a practice that the law forbids (AIA 5); absent: no")] = (
        False
    )
    high_risk: Annotated[Held, Meta(description="a high-risk use in the sense of the law; absent: no")] = False
    monthly_users: Annotated[
        Persons | None, Meta(description="monthly users; absent: under every threshold; null: unknown")
    ] = 0
    model_modified: Annotated[Held, Meta(description="fine-tuned or otherwise changed; absent: no")] = False
    generation_function: Annotated[Known, Meta(description="the public can generate; absent: yes")] = True


class UsTransaction(Group, frozen=True, kw_only=True):
    """28 CFR 202."""

    kind: Annotated[
        Literal["none", "data_brokerage", "vendor", "employment", "investment", "intra_group"] | None,
        Meta(description="absent: vendor, for a call to a model is a service"),
    ] = "vendor"
    government_related: Annotated[Held, Meta(description="202.222; absent: not present")] = False
    evasion: Annotated[Held, Meta(description="structured to evade the rule (202.304)")] = False
    directing: Annotated[Held, Meta(description="directs a foreign entity's transaction (202.305)")] = False
    passive_investment: Annotated[Held, Meta(description="a passive holding in the sense of 202.228")] = False
    onward_clause: Annotated[
        Held, Meta(description="the contract bars onward transfer to countries of concern (202.302)")
    ] = False
    exempt: Annotated[str, Meta(description="exemption claimed, as `202.506`; empty: none")] = ""


class FreeTradeZone(Group, frozen=True, kw_only=True):
    """A free-trade zone's negative list (CBDF 6)."""

    registered: Annotated[Held, Meta(description="the exporter is registered in the zone")] = False
    list: Annotated[str, Meta(description="the list and its version; empty: none")] = ""
    list_in_force: Annotated[Held, Meta(description="the list is approved and in force on the date")] = False
    covers_scenario: Annotated[Held, Meta(description="the list covers this industry and scenario")] = False
    on_list: Annotated[Known, Meta(description="the data are on the list; absent: unknown")] = None
    mechanism: Annotated[
        Literal["standard_contract_or_certification", "security_assessment"] | None,
        Meta(description="what the list names for data on it; absent: unknown"),
    ] = None


class Facts(Group, frozen=True, kw_only=True):
    """Everything a decision rests on."""

    on: Annotated[Day, Meta(description="the legal date decided for")]
    exporter: Exporter
    recipient: Recipient
    data: tuple[Item, ...]
    act: Act = Act()
    purpose: Purpose = Purpose()
    evidence: Evidence = Evidence()
    counts: Counts = Counts()
    instruments: tuple[Instrument, ...] = ()
    service: Service = Service()
    ftz: FreeTradeZone = FreeTradeZone()
    us: UsTransaction = UsTransaction()


def read_facts(data: bytes | str) -> Facts:
    """Facts from one JSON object.

    Raises `msgspec.ValidationError`, whose message names the path of the member that is wrong.
    """
    return msgspec.json.decode(data, type=Facts)
