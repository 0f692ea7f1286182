// Whether a hint is right, said by whoever sees it with one touch. It judges the assistant and changes nothing else, so nobody is asked twice
// and nothing waits for it.
import { useState } from "preact/hooks";
import { ask } from "../api_client";
import { HINTS } from "./texts";
import type { Hint } from "./values";

/** Whether anybody may judge it: a model of the deployer and the summary of events have no figures. */
export const isJudged = ({ model, kind }: Pick<Hint, "model" | "kind">): boolean => model?.startsWith("komek-") === true && kind !== "summary";

export function Verdict({ incident, hint, class: name }: { incident: string; hint: Hint; class: string }) {
  const [said, setSaid] = useState<boolean | null>(null);
  const [failed, setFailed] = useState(false);
  if (!isJudged(hint)) return null;
  const { judge } = HINTS.read();
  async function say(right: boolean): Promise<void> {
    if (said !== null) return;
    setSaid(right);
    const answer = await ask("post", "/v1/incidents/{incident_id}/hints/{hint_id}/verdict", { path: { incident_id: incident, hint_id: hint.id }, body: { right } });
    if (answer.ok) return;
    setSaid(null);
    setFailed(true);
  }
  return (
    <span class="verdict" role="group" aria-label={judge.asks}>
      {[true, false].map((right) => (
        <button
          key={String(right)}
          type="button"
          class={name}
          data-verdict={right ? "right" : "wrong"}
          aria-pressed={said === right}
          aria-disabled={said !== null}
          onClick={(event) => {
            event.stopPropagation();
            void say(right);
          }}
        >
          {right ? judge.right : judge.wrong}
        </button>
      ))}
      <span class="q" role="status">{said !== null ? judge.said : failed ? judge.failed : ""}</span>
    </span>
  );
}
