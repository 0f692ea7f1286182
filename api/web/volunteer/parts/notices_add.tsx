// Another way for the person: those kinds alone that this deployment can send.
import { useSignal } from "@preact/signals";
import { type Kind, addChannel, list } from "../notices/channels";
import { TEXTS } from "../notices/text";

export function AddWay({ id }: { id: string }) {
  const texts = TEXTS.read();
  const chosen = useSignal<Kind | null>(null);
  const address = useSignal("");
  const kinds = (list.value?.kinds ?? []).filter((kind) => kind !== "webpush");
  if (kinds.length === 0) return null;
  const choose = (kind: Kind): void => {
    address.value = "";
    if (kind === "telegram") void addChannel(id, kind, texts.kinds.telegram, null);
    chosen.value = kind === "telegram" || chosen.value === kind ? null : kind;
  };
  const kind = chosen.value;
  return (
    <>
      <h2>{texts.add}</h2>
      <div class="choices add-way">
        {kinds.map((one) => (
          <button type="button" class="button" key={one} data-action={`add-${one}`} aria-expanded={one === "telegram" ? undefined : kind === one} onClick={() => choose(one)}>
            {texts.kinds[one]}
          </button>
        ))}
      </div>
      {kind !== null && (
        <form
          class="proof add-form"
          onSubmit={(event) => {
            event.preventDefault();
            void addChannel(id, kind, texts.kinds[kind], address.value.trim()).then((isAdded) => {
              if (isAdded) chosen.value = null;
            });
          }}
        >
          <label>
            {kind === "email" ? texts.address : texts.number}
            <input class="field" data-field="address" inputMode={kind === "email" ? "email" : "tel"} autocomplete={kind === "email" ? "email" : "tel"} required value={address.value} onInput={(event) => (address.value = event.currentTarget.value)} />
          </label>
          <button type="submit" class="button" data-action="add-channel">{texts.addDo}</button>
        </form>
      )}
    </>
  );
}
