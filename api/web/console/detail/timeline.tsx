// What happened, the newest first.
import { computed } from "@preact/signals";
import { f } from "../say";
import { known } from "../state";
import { t } from "../text";
import { MergedReport } from "./merged_report";
import { linesOf } from "./timeline_text";

export const lines = computed(() => linesOf(known.value?.timeline ?? [], known.value?.incident.requirements));

export function showTimeline(): void {
  document.getElementById("timeline")?.scrollIntoView();
}

export function Timeline() {
  const text = t().own.case;
  return (
    <section class="sec" id="timeline">
      <h3>{text.timeline}</h3>
      {lines.value.length === 0 && <p class="q">{text.noTimeline}</p>}
      <ol class="timeline">
        {lines.value.map((line) => (
          <li key={line.id}>
            <time dateTime={line.at}>{f().exactTime(line.at)}</time>
            <span>
              {line.text}
              {line.other !== null && <MergedReport id={line.other} />}
              {line.words.map((words) => <q key={words} dir="auto">{words}</q>)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
