// Recordings and pictures for the report: chosen, pasted or dropped. Their words come into the field as a draft of software, and the
// report is not saved before the operator has compared them.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { MadeBy, Suggested } from "../../shared/assistant/mark";
import { KeyCap } from "../../shared/parts/key_cap";
import { assistantChanges } from "../assistant_changes";
import { bindKeys } from "../keys";
import { t } from "../text";
import type { FormState } from "./form_state";
import { type MediaFault, acceptOf, fileIn, wordsOf } from "./media";

type State = { readonly kind: "idle" } | { readonly kind: "off" } | { readonly kind: "reading"; readonly name: string } | { readonly kind: "failed"; readonly why: MediaFault };
const IDLE: State = { kind: "idle" };

export function MediaField({ of }: { of: FormState }) {
  const [tasks, setTasks] = useState<readonly string[]>([]);
  const [state, setState] = useState<State>(IDLE);
  const chooser = useRef<HTMLInputElement>(null);
  const holder = useRef<HTMLParagraphElement>(null);
  const running = useRef<AbortController | null>(null);
  const changed = assistantChanges.value;
  useEffect(() => {
    const ends = new AbortController();
    void ask("get", "/v1/assistant", { signal: ends.signal, repeats: 0 }).then((answer) => answer.ok && setTasks(onNow(answer.data)));
    return () => ends.abort();
  }, [changed]);
  useEffect(() => () => running.current?.abort(), []);

  async function read(file: File): Promise<void> {
    running.current?.abort();
    const ends = (running.current = new AbortController());
    setState({ kind: "reading", name: file.name });
    const found = await wordsOf(file, tasks, ends.signal);
    if (ends.signal.aborted) return;
    setState(typeof found === "string" ? { kind: "failed", why: found } : IDLE);
    if (typeof found !== "string") of.hear(found.text);
  }

  const isOn = tasks.length > 0;
  useLayoutEffect(() => (isOn ? bindKeys({ e: () => chooser.current?.click() }) : undefined), [isOn]);
  useEffect(() => {
    const form = (chooser.current ?? holder.current)?.closest("form");
    if (form == null) return;
    const take = (data: DataTransfer | null, event: Event): void => {
      const file = fileIn(data);
      if (file === null) return;
      event.preventDefault();
      if (isOn) void read(file);
      else setState({ kind: "off" });
    };
    const paste = (event: ClipboardEvent): void => take(event.clipboardData, event);
    const drop = (event: DragEvent): void => take(event.dataTransfer, event);
    // Without it the browser opens the file in place of the page, and what was typed is gone.
    const over = (event: DragEvent): void => void (event.dataTransfer?.types.includes("Files") === true && event.preventDefault());
    form.addEventListener("paste", paste);
    form.addEventListener("drop", drop);
    form.addEventListener("dragover", over);
    return () => {
      form.removeEventListener("paste", paste);
      form.removeEventListener("drop", drop);
      form.removeEventListener("dragover", over);
    };
  });
  const text = t().own.report.media;
  // Nothing to offer, but a file that is dropped must not replace the page, nor vanish without a word.
  if (!isOn) return <p ref={holder} class="report-told assist-quiet" role="status">{state.kind === "off" && text.off}</p>;
  return (
    <div class="report-part" data-media={state.kind}>
      <label class="btn report-media">
        {text.choose} <KeyCap of="Alt E" />
        <input
          ref={chooser}
          type="file"
          class="visually-hidden"
          data-field="media"
          accept={acceptOf(tasks)}
          aria-keyshortcuts="Alt+E"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file once more is a change again.
            event.currentTarget.value = "";
            if (file !== undefined) void read(file);
          }}
        />
      </label>
      <p class="report-told assist-quiet" role="status">{state.kind === "reading" ? text.reading(state.name) : state.kind === "failed" ? text.faults[state.why] : text.more}</p>
    </div>
  );
}

const onNow = (told: { readonly mode: string; readonly media?: readonly string[]; readonly tasks: readonly { readonly task: string | null; readonly language: string | null; readonly mode: string }[] }): readonly string[] =>
  told.mode !== "on" ? [] : (told.media ?? []).filter((task) => told.tasks.find((one) => one.task === task && one.language === null)?.mode === "on");

/** What software wrote down and nobody has compared yet. */
export function HeardLine({ of }: { of: FormState }) {
  const isOpen = of.isUnread.value;
  useLayoutEffect(() => (isOpen ? bindKeys({ w: () => of.confirmHeard() }) : undefined), [of, isOpen]);
  if (!isOpen) return null;
  const text = t().own.report.media;
  return (
    <Suggested tag="div" class="report-heard" label={text.made}>
      <p><MadeBy>{text.made}</MadeBy></p>
      <p>{text.check}</p>
      <div class="report-heard-acts">
        <button type="button" class="btn" data-action="confirm-heard" aria-keyshortcuts="Alt+W" onClick={() => of.confirmHeard()}>
          {text.confirm} <KeyCap of="Alt W" />
        </button>
        <button type="button" class="btn" data-action="remove-heard" onClick={() => of.removeHeard()}>{text.remove}</button>
      </div>
    </Suggested>
  );
}
