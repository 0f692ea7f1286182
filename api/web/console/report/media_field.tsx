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
import { type MediaFault, acceptOf, filesIn, wordsOf } from "./media";

type State = { readonly kind: "idle" } | { readonly kind: "off" } | { readonly kind: "reading"; readonly name: string };
/** A file whose words could not be had. */
interface Failed {
  readonly name: string;
  readonly why: MediaFault;
}
const IDLE: State = { kind: "idle" };

export function MediaField({ of }: { of: FormState }) {
  const [tasks, setTasks] = useState<readonly string[]>([]);
  const [state, setState] = useState<State>(IDLE);
  const chooser = useRef<HTMLInputElement>(null);
  const holder = useRef<HTMLParagraphElement>(null);
  const [failed, setFailed] = useState<readonly Failed[]>([]);
  const waiting = useRef<File[]>([]);
  const running = useRef<AbortController | null>(null);
  const changed = assistantChanges.value;
  useEffect(() => {
    const ends = new AbortController();
    void ask("get", "/v1/assistant", { signal: ends.signal, repeats: 0 }).then((answer) => answer.ok && setTasks(onNow(answer.data)));
    return () => ends.abort();
  }, [changed]);
  useEffect(() => () => running.current?.abort(), []);

  /** One after the other, also those that come meanwhile: no file vanishes without a word. */
  async function read(files: readonly File[]): Promise<void> {
    waiting.current.push(...files);
    if (running.current !== null) return;
    const ends = (running.current = new AbortController());
    setFailed([]);
    for (let file = waiting.current.shift(); file !== undefined; file = waiting.current.shift()) {
      const { name } = file;
      setState({ kind: "reading", name });
      const found = await wordsOf(file, tasks, ends.signal);
      if (ends.signal.aborted) return;
      if (typeof found === "string") setFailed((before) => [...before, { name, why: found }]);
      else of.hear(found.text);
    }
    running.current = null;
    setState(IDLE);
  }

  const isOn = tasks.length > 0;
  useLayoutEffect(() => (isOn ? bindKeys({ e: () => chooser.current?.click() }) : undefined), [isOn]);
  useEffect(() => {
    const form = (chooser.current ?? holder.current)?.closest("form");
    if (form == null) return;
    const take = (data: DataTransfer | null, event: Event): void => {
      const files = filesIn(data);
      if (files.length === 0) return;
      event.preventDefault();
      if (isOn) void read(files);
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
  if (!isOn) return <p ref={holder} class={state.kind === "off" ? "report-told fault" : "report-told"} role="status">{state.kind === "off" && text.off}</p>;
  return (
    <div class="report-part" data-media={state.kind === "idle" && failed.length > 0 ? "failed" : state.kind}>
      <label class="btn report-media">
        {text.choose} <KeyCap of="Alt E" />
        <input
          ref={chooser}
          type="file"
          multiple
          class="visually-hidden"
          data-field="media"
          accept={acceptOf(tasks)}
          aria-keyshortcuts="Alt+E"
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            // The same file once more is a change again.
            event.currentTarget.value = "";
            if (files.length > 0) void read(files);
          }}
        />
      </label>
      <p class="report-told assist-quiet" role="status">{state.kind === "reading" ? text.reading(state.name) : text.more}</p>
      {failed.map(({ name, why }, at) => <p key={at} class="report-told fault" role="alert" data-failed-file><b dir="auto">{name}</b>: {text.faults[why]}</p>)}
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
