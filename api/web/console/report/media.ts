// A recording or a picture that somebody was sent, as words: written down by a model of the deployer, for the operator to compare.
import { boundHeader } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { problemOf } from "../../shared/problem";

export type MediaTask = "transcription" | "picture";
export type MediaFault = "off" | "busy" | "tooLarge" | "wrongType" | "none";
export type TextRecognised = components["schemas"]["TextRecognised"];

/** As much as the server takes. */
const LIMIT = 4 * 1024 * 1024;
/** The server gives up at 12 s. */
const WITHIN_MS = 20_000;
/** Longest side: enough for small print on a photographed page. */
const SIDE = 2_000;
const QUALITY = 0.85;
/** By what browsers say of a file: what the server calls it. */
const TYPES: Readonly<Record<string, string>> = {
  "audio/wav": "audio/wav",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/ogg": "audio/ogg",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
  "audio/webm": "audio/webm",
  "video/webm": "audio/webm",
  "audio/mpeg": "audio/mpeg",
  "audio/mp3": "audio/mpeg",
  "audio/mp4": "audio/mp4",
  "audio/m4a": "audio/mp4",
  "audio/x-m4a": "audio/mp4",
  "audio/flac": "audio/flac",
  "audio/x-flac": "audio/flac",
  "image/jpeg": "image/jpeg",
  "image/png": "image/png",
  "image/webp": "image/webp",
};

export const taskOf = (type: string): MediaTask => (type.startsWith("image/") ? "picture" : "transcription");
export const typeOf = (file: Pick<File, "type">): string | null => TYPES[file.type.split(";")[0]?.trim().toLowerCase() ?? ""] ?? null;

/** What the chooser of files offers. */
export const acceptOf = (tasks: readonly string[]): string => Object.keys(TYPES).filter((one) => tasks.includes(taskOf(TYPES[one] ?? ""))).join();

/** All files that were pasted or dropped; none: only words were. */
export const filesIn = (data: DataTransfer | null): File[] => [...(data?.files ?? [])];

/** Its words, or why there are none. */
export async function wordsOf(file: File, tasks: readonly string[], ends: AbortSignal): Promise<TextRecognised | MediaFault> {
  const type = typeOf(file);
  if (type === null) return "wrongType";
  if (!tasks.includes(taskOf(type))) return "off";
  const content = type.startsWith("image/") ? await smaller(file) : file;
  if (content.size > LIMIT) return "tooLarge";
  try {
    const answer = await fetch(`/v1/assistant/${taskOf(type)}`, {
      method: "POST",
      headers: { ...boundHeader(), Accept: "application/json", "Content-Type": content === file ? type : content.type },
      body: content,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.any([ends, AbortSignal.timeout(WITHIN_MS)]),
    });
    if (!answer.ok) return faultOf((await problemOf(answer)).code);
    const found = (await answer.json()) as TextRecognised;
    return found.text === "" ? "none" : found;
  } catch {
    return "busy";
  }
}

const FAULTS: Readonly<Record<string, MediaFault>> = { assistant_off: "off", body_too_large: "tooLarge", unsupported_media_type: "wrongType" };
const faultOf = (code: string): MediaFault => FAULTS[code] ?? "busy";

/** A photograph as large as needed to be read, and without what a camera writes beside it: place, time, device. */
async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const sheet = new OffscreenCanvas(Math.max(1, Math.round(picture.width * share)), Math.max(1, Math.round(picture.height * share)));
    const pen = sheet.getContext("2d");
    if (pen === null) return file;
    // Behind letters that are drawn on nothing.
    pen.fillStyle = "white";
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.drawImage(picture, 0, 0, sheet.width, sheet.height);
    return await sheet.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } catch {
    return file;
  }
}
