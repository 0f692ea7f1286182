// What a shift writes down for the next one: the form, the list, and who has read what.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Result, ask, freshKey } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { draft, keepDraft } from "../drafts";
import { handovers, isUnread, ownId } from "../handovers";
import { bindKeys } from "../keys";
import { f } from "../say";
import { t } from "../text";
import { useAnswer } from "./reading";

type Note = components["schemas"]["HandoverShown"];
type Page = components["schemas"]["HandoverPage"];
const KEPT = "handover";
const AT_ONCE = 5;
const LONGEST = 10_000;

/** A request that is sent once at a time; what went wrong stays until the next one. */
function useRequest(): { readonly problem: Problem | null; readonly isBusy: boolean; run(request: () => Promise<Result<unknown>>): Promise<Result<unknown> | null> } {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);
  return {
    problem,
    isBusy,
    run: async (request) => {
      if (busy.current) return null;
      busy.current = true;
      setBusy(true);
      const answer = await request();
      busy.current = false;
      setBusy(false);
      setProblem(answer.ok ? null : answer.problem);
      return answer;
    },
  };
}

export function HandoverNotes() {
  const text = t().own.views.shift.notes;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [times, setTimes] = useState(0);
  const [last, setLast] = useState<Page | null>(null);
  const cursor = cursors[cursors.length - 1];
  const question = `${cursor ?? ""} ${times} ${JSON.stringify(handovers.value)}`;
  const answer = useAnswer<Page>(question, (signal) => ask("get", "/v1/reports/summary/notes", { query: { limit: AT_ONCE, ...(cursor === undefined ? {} : { cursor }) }, signal }));
  // What is read again stays in view until its answer: buttons must not vanish under a finger.
  if (answer.data !== null && answer.data !== last) setLast(answer.data);
  const page = answer.data ?? last;
  const again = (): void => setTimes((before) => before + 1);
  const following = page?.next ?? null;
  return (
    <section class="handovers" aria-labelledby="handovers">
      <h3 id="handovers">{text.title}</h3>
      <WriteNote onWritten={() => (setCursors([]), again())} />
      <ProblemText of={answer.problem} />
      {page === null ? answer.problem === null && <p role="status">{t().common.loading}</p> : <Notes of={page.items} onChange={again} />}
      {(cursors.length > 0 || following !== null) && (
        <div class="choices">
          <button type="button" class="btn" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>{t().own.views.archive.newer}</button>
          <button type="button" class="btn" disabled={following === null} onClick={() => following !== null && setCursors([...cursors, following])}>{t().own.views.archive.older}</button>
        </div>
      )}
    </section>
  );
}

function WriteNote({ onWritten }: { onWritten: () => void }) {
  const text = t().own.views.shift.notes;
  const field = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState(() => draft(KEPT));
  const [isDrill, setDrill] = useState(false);
  const [isKept, setKept] = useState(true);
  const [isWritten, setWritten] = useState(false);
  const request = useRequest();
  // A repeat of the same note has the same key; another text is another note.
  const sent = useRef({ of: "", key: "" });
  useLayoutEffect(() => bindKeys({ t: () => field.current?.focus() }), []);
  const type = (value: string): void => {
    setTyped(value);
    setWritten(false);
    setKept(keepDraft(KEPT, value));
  };
  const send = async (): Promise<void> => {
    const body = { text: typed.trim(), exercise: isDrill };
    if (body.text === "") return;
    const of = JSON.stringify(body);
    if (sent.current.of !== of) sent.current = { of, key: freshKey() };
    const answer = await request.run(() => ask("post", "/v1/reports/summary/notes", { body, key: sent.current.key }));
    if (answer === null || !answer.ok) return;
    sent.current = { of: "", key: "" };
    type("");
    setWritten(true);
    onWritten();
  };
  return (
    <form
      class="only-screen"
      data-form="handover"
      onSubmit={(event) => (event.preventDefault(), void send())}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) (event.preventDefault(), void send());
      }}
    >
      <label>
        <span>{text.write} <KeyCap of="T" /></span>
        <textarea ref={field} class="input" rows={3} maxLength={LONGEST} dir="auto" data-field="handover" aria-describedby="handover-about" value={typed} onInput={(event) => type(event.currentTarget.value)} />
      </label>
      <p class="q" id="handover-about">{text.about}</p>
      {!isKept && <p class="fault" role="status">{t().own.views.shift.notes.notKept}</p>}
      <ProblemText of={request.problem} />
      <div class="choices">
        <button type="submit" class="btn main" data-action="send-handover" disabled={typed.trim() === ""} aria-disabled={request.isBusy}>{text.send} <KeyCap of="Ctrl Enter" /></button>
        <label class="choice"><input type="checkbox" data-field="exercise" checked={isDrill} onChange={(event) => setDrill(event.currentTarget.checked)} /> {t().own.views.exercise}</label>
        <span role="status">{isWritten ? text.sent : ""}</span>
      </div>
    </form>
  );
}

function Notes({ of, onChange }: { of: readonly Note[]; onChange: () => void }) {
  const text = t().own.views.shift.notes;
  const request = useRequest();
  const id = ownId();
  const told = new Map((handovers.value ?? []).map((one) => [one.id, one]));
  // The stream may know of a reader before the list is read again.
  const notes = of.map((one) => ({ ...one, read_by: told.get(one.id)?.read_by ?? one.read_by }));
  const first = notes.find((one) => isUnread(one, id) && one.text !== null)?.id;
  const read = async (note_id: string): Promise<void> => {
    await request.run(() => ask("post", "/v1/reports/summary/notes/{note_id}/read", { path: { note_id } }));
    onChange();
  };
  const remove = async (note_id: string): Promise<void> => {
    await request.run(() => ask("delete", "/v1/reports/summary/notes/{note_id}", { path: { note_id } }));
    onChange();
  };
  useLayoutEffect(() => bindKeys({ y: () => first !== undefined && void read(first) }), [first]);
  if (notes.length === 0) return <p>{text.none}</p>;
  return (
    <>
      <ProblemText of={request.problem} />
      <ul class="notes">
        {notes.map((one) => (
          <li key={one.id} data-handover={one.id} data-unread={isUnread(one, id)}>
            <p class="why"><b>{one.by}</b>, {f().dayTime(one.at)}{one.exercise && `, ${t().own.views.exercise}`}</p>
            {one.text === null ? <p class="q">{one.unreadable ? text.unreadable : text.gone}</p> : <p class="words" dir="auto">{one.text}</p>}
            <p class="q" data-readers>{one.read_by.length === 0 ? text.nobody : text.readBy(one.read_by.map((reader) => `${reader.by} ${f().time(reader.at)}`).join(", "))}</p>
            <div class="choices only-screen">
              {isUnread(one, id) && one.text !== null && (
                <button type="button" class="btn main" data-action="handover-read" {...(one.id === first ? { "aria-keyshortcuts": "y" } : {})} onClick={() => void read(one.id)}>{text.read} {one.id === first && <KeyCap of="Y" />}</button>
              )}
              {one.by === id && <Remove onSure={() => void remove(one.id)} />}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Two presses: what is deleted is gone for everybody. */
function Remove({ onSure }: { onSure: () => void }) {
  const text = t().own.views.shift.notes;
  const [isAsked, setAsked] = useState(false);
  return isAsked ? (
    <>
      <button type="button" class="btn" data-action="handover-delete-sure" onClick={onSure}>{text.removeSure}</button>
      <button type="button" class="btn" onClick={() => setAsked(false)}>{text.keep}</button>
    </>
  ) : (
    <button type="button" class="btn" data-action="handover-delete" onClick={() => setAsked(true)}>{text.remove}</button>
  );
}
