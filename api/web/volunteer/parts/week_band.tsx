// On the home screen: what the person did in the last seven days. Nothing is said of weeks without work: nobody owes any.
import { now } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { TEXTS } from "../screens/past_text";
import { offers } from "../state";
import { weekOf } from "../work_done";
import { Icon } from "./icon";

export async function loadWeekBand() {
  await TEXTS.load();
  return WeekBand;
}

function WeekBand() {
  const week = weekOf(offers.value, now.value);
  if (week === null) return null;
  const { week: text } = TEXTS.read();
  const f = formats(language.value);
  const done = [week.field > 0 ? text.field(week.field) : "", week.digital > 0 ? text.digital(week.digital) : ""].filter((one) => one !== "");
  return (
    <div class="band" data-week>
      <Icon of="history" />
      <div>
        <strong>{text.title(f.list(done))}</strong>
        <p class="more">{text.time(f.hours(week.seconds))}{!week.isWhole && ` · ${text.atLeast}`}</p>
      </div>
    </div>
  );
}
