"""`komek skills`: verify the skills of a volunteer, withdraw a verification, list them and those that end soon."""

from typing import Annotated

import typer

from dispatch.model.vocabulary import Skill
from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.output import print_json, print_table, say

app = typer.Typer(help="Verify the skills of volunteers.", no_args_is_help=True)
Volunteer = Annotated[str, typer.Argument(help="The volunteer.")]
SkillArgument = Annotated[Skill, typer.Argument(help="The skill.")]


@app.command()
def verify(
    volunteer_id: Volunteer,
    skill: SkillArgument,
    until: Annotated[str | None, typer.Option(help="End, like 2027-11-22T00:00:00Z; default: in 365 days.")] = None,
    organisation: Annotated[str | None, typer.Option("--org", help="Id of the organisation that vouches.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Verify a skill of a volunteer; it counts while the volunteer claims it."""
    body = {name: value for name, value in (("until", until), ("organisation", organisation)) if value is not None}
    with access(api, token).http() as http:
        shown = ask(http, "PUT", path_of("volunteers", volunteer_id, "skills", skill, "verification"), json=body)
    if json:
        print_json(shown)
    else:
        say(f"{skill} of {volunteer_id} is verified until {shown['until']}")


@app.command()
def revoke(
    volunteer_id: Volunteer,
    skill: SkillArgument,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw a verification: the skill counts as a claim."""
    with access(api, token).http() as http:
        shown = ask(http, "DELETE", path_of("volunteers", volunteer_id, "skills", skill, "verification"))
    if json:
        print_json(shown)
    else:
        say(f"{skill} of {volunteer_id} is no longer verified")


@app.command("list")
def list_(
    volunteer_id: Annotated[
        str | None, typer.Argument(help="A volunteer. Default: everybody whose end is near.")
    ] = None,
    ends_before: Annotated[
        str | None, typer.Option(help="End, like 2027-01-01T00:00:00Z; default: in 30 days.")
    ] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """List the skills of a volunteer with their verifications, or all verifications that end soon."""
    with access(api, token).http() as http:
        if volunteer_id is None:
            wanted = {} if ends_before is None else {"ends_before": ends_before}
            shown = ask(http, "GET", "/v1/verifications", params=wanted)
        else:
            shown = ask(http, "GET", path_of("volunteers", volunteer_id))
    if json:
        print_json(shown)
    elif volunteer_id is None:
        rows = [(one["volunteer_id"], one["skill"], one["until"]) for one in shown["items"]]
        within = "within 30 days" if ends_before is None else f"before {ends_before}"
        print_table(
            f"verifications that end {within}",
            ("volunteer", "skill", "until"),
            rows,
            empty=f"no verification ends {within}; --ends-before looks further, `komek skills list VOLUNTEER` lists one person's",
        )
    else:
        verified = shown["verified"]
        rows = [
            (skill, known["until"] if (known := verified.get(skill)) else "claimed", _by(known))
            for skill in sorted({*shown["skills"], *verified})
        ]
        print_table(
            f"skills of {volunteer_id}",
            ("skill", "verified until", "by"),
            rows,
            empty=f"{volunteer_id} has no skills; `komek skills verify {volunteer_id} SKILL` counts once they are in the profile",
        )


def _by(known: dict[str, object] | None) -> str:
    return str(known["by_organisation"] or "") if known else ""
