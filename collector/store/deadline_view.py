"""The deadlines of orders, as a view made of the same rules as `collector.deadline_rules`."""

from collector.deadline_rules import FINISHED, RULES, VOID, Rule, What


def _by(rule: Rule) -> str:
    """The rows one rule gives: every word in it is a constant of the rules."""
    state = "coalesce(state, '')"
    conditions = [
        f"{rule.counts_from} is not null",
        f"{state} = '{FINISHED}'" if rule.finished else f"{state} not in ('{FINISHED}', {_quoted(VOID)})",
    ]
    if rule.marketplace is not None:
        conditions.append(f"marketplace = '{rule.marketplace}'")
    if rule.what is What.PROTECTION_LATEST:
        conditions.append("protection_latest_on is not protection_ends_on")
    due_on = f"date({rule.counts_from}, '{rule.days:+d} days')"
    return (
        f"select id as order_id, '{rule.what}' as what, {due_on} as due_on "  # noqa: S608 - constants
        f"from orders where {' and '.join(conditions)}"
    )


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


DEADLINES = f"""
select x.parcel_id, d.order_id, d.what, min(d.due_on) as due_on,
       coalesce(p.stage in ('delivered', 'returned', 'closed'), 0) as arrived
from (
    {" union all ".join(_by(rule) for rule in RULES)}
) as d
left join parcel_orders as x on x.order_id = d.order_id
left join parcels as p on p.id = x.parcel_id
where d.due_on is not null
group by x.parcel_id, d.order_id, d.what
"""  # noqa: S608 - constants
