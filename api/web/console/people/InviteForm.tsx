// Registers a volunteer and gives their one-time login link. In the detail's place; read when it is first opened.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { components } from "../../shared/api";
import { ask, freshKey } from "../../shared/api_client";
import { LANGUAGES, OWN_NAMES } from "../../shared/language";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { f, skillWord } from "../say";
import { t } from "../text";
import { type Invitation, SKILLS, freshId, profileOf } from "./invitation";

type Code = components["schemas"]["CodeShown"];
const MODES = ["foot", "bicycle", "car"] as const;

export function InviteForm({ onDone }: { onDone: () => void }) {
  const text = t().own.desk.invite;
  const form = useRef<HTMLFormElement>(null);
  const given = useSignal<Invitation>({ id: freshId(), name: "", phone: "", skills: [], languages: [], mode: "foot" });
  const key = useRef(freshKey());
  const made = useSignal<Code | null>(null);
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("[data-first]")?.focus(), []);

  const change = (some: Partial<Invitation>): void => {
    // Another person is another intention; a repeat of the same one is not.
    key.current = freshKey();
    given.value = { ...given.value, ...some };
  };
  const canSend = given.value.skills.length > 0 && given.value.languages.length > 0 && given.value.id.trim() !== "";

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (!canSend || isBusy.value) return;
    isBusy.value = true;
    const id = given.value.id.trim();
    const stored = await ask("put", "/v1/volunteers/{volunteer_id}", { path: { volunteer_id: id }, body: profileOf(given.value), key: key.current });
    const code = stored.ok ? await ask("post", "/v1/session/codes", { body: { role: "volunteer", id } }) : stored;
    isBusy.value = false;
    problem.value = code.ok ? null : code.problem;
    if (code.ok && "data" in code) made.value = code.data as Code;
  }

  if (made.value !== null) return <Link of={made.value} name={given.value.name.trim() || made.value.id} onDone={onDone} />;
  return (
    <form ref={form} class="form scroll" data-invite onSubmit={(event) => void send(event)}>
      <h2>{text.title}</h2>
      <p class="q">{text.about}</p>
      <input class="input" data-first data-field="name" maxLength={40} autocomplete="off" placeholder={text.name} aria-label={text.name} value={given.value.name} onInput={(event) => change({ name: event.currentTarget.value })} />
      <input class="input" data-field="phone" type="tel" maxLength={30} autocomplete="off" placeholder={text.phone} aria-label={text.phone} value={given.value.phone} onInput={(event) => change({ phone: event.currentTarget.value })} />
      <Chips title={text.languages} all={LANGUAGES} chosen={given.value.languages} word={(one) => OWN_NAMES[one]} field="languages" onChange={(languages) => change({ languages })} />
      <Chips title={text.field} all={SKILLS.field} chosen={given.value.skills} word={skillWord} field="skills" onChange={(skills) => change({ skills })} />
      <Chips title={text.digital} all={SKILLS.digital} chosen={given.value.skills} word={skillWord} field="digital" onChange={(skills) => change({ skills })} />
      <label class="q">
        {text.mode}
        <select class="input" data-field="mode" value={given.value.mode} onChange={(event) => change({ mode: MODES[event.currentTarget.selectedIndex] ?? "foot" })}>
          {MODES.map((one) => <option key={one} value={one}>{text.modes[one]}</option>)}
        </select>
      </label>
      <ProblemText of={problem.value} />
      <div class="send">
        <button type="submit" class="btn main" data-action="invite" disabled={!canSend || isBusy.value}>{text.send} <KeyCap of="Enter" /></button>
        <button type="button" class="btn" onClick={onDone}>{t().own.case.panel.back} <KeyCap of="Esc" /></button>
      </div>
    </form>
  );
}

interface ChipsProps<T extends string> {
  readonly title: string;
  readonly all: readonly T[];
  readonly chosen: readonly string[];
  readonly word: (one: T) => string;
  readonly field: string;
  readonly onChange: (chosen: string[]) => void;
}

function Chips<T extends string>({ title, all, chosen, word, field, onChange }: ChipsProps<T>) {
  const toggle = (one: string): void => onChange(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  return (
    <fieldset class="plain" data-field={field}>
      <legend class="q">{title}</legend>
      <div class="choices">
        {all.map((one) => (
          <label key={one} class="choice"><input type="checkbox" value={one} checked={chosen.includes(one)} onChange={() => toggle(one)} />{word(one)}</label>
        ))}
      </div>
    </fieldset>
  );
}

function Link({ of, name, onDone }: { of: Code; name: string; onDone: () => void }) {
  const text = t().own.desk.invite;
  const whole = new URL(of.link, location.href).href;
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    // Refused without permission or https: the link can still be selected.
    isCopied.value = await navigator.clipboard.writeText(whole).then(() => true, () => false);
  };
  return (
    <div class="form scroll" data-invited={of.id}>
      <h2 dir="auto">{text.made(name)}</h2>
      <p>{text.handOver(f().time(of.expires_at))}</p>
      <textarea readOnly rows={3} data-field="link" aria-label={text.link} value={whole} onFocus={(event) => event.currentTarget.select()} />
      <p class="q" role="status">{isCopied.value ? text.copied : text.then}</p>
      <div class="send">
        <button type="button" class="btn main" onClick={() => void copy()}>{text.copy}</button>
        <button type="button" class="btn" onClick={onDone}>{t().own.case.panel.back} <KeyCap of="Esc" /></button>
      </div>
    </div>
  );
}
