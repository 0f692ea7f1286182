// On the home screen of somebody on duty: that the open page cannot ring yet. A tap on it, as anywhere, is what it waits for.
import { TEXTS } from "../notices/text";
import { sound } from "../ringing";
import { Icon } from "./icon";
import "../notices.css";

export async function loadSoundBand() {
  await TEXTS.load();
  return SoundBand;
}

function SoundBand() {
  if (sound.value !== "waiting") return null;
  const texts = TEXTS.read().sound;
  return (
    <button type="button" class="band link doubt" data-sound="waiting" data-action="arm-sound">
      <Icon of="bell" />
      <span>
        <strong>{texts.state.waiting}</strong>
        <small class="more">{texts.more.waiting}</small>
      </span>
    </button>
  );
}
