"""What Pipedrive sets up for every company: pipelines, stages, and how much of what it lets an app do."""

PIPELINES = tuple(
    {
        "id": number,
        "name": name,
        "order_nr": number,
        "is_deleted": False,
        "is_deal_probability_enabled": False,
        "add_time": "2023-01-01T08:00:00Z",
        "update_time": None,
    }
    for number, name in ((1, "Pipeline"), (2, "Renewals"))
)

_STAGE_NAMES = {
    1: ("Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"),
    2: ("Due", "Offer Sent", "Confirmed"),
}

STAGES = tuple(
    {
        "id": pipeline * 10 + place,
        "name": name,
        "order_nr": place,
        "pipeline_id": pipeline,
        "deal_probability": 100,
        "is_deal_rot_enabled": False,
        "days_to_rotten": None,
        "is_deleted": False,
        "add_time": "2023-01-01T08:00:00Z",
        "update_time": None,
    }
    for pipeline, names in _STAGE_NAMES.items()
    for place, name in enumerate(names, 1)
)

SCOPES = "base,contacts:full,deals:full,activities:full,users:read,recents:read,admin"
"""What an app is set up to ask for, where the settings do not say it: at Pipedrive that is no matter of the consent."""

CALLS_PER_BURST = 80
BURST_SECONDS = 2
TOKENS_PER_DAY = 150_000
