// What is dropped beside a field: the browser would show the file in place of the desk, without its queue and the sound of its alarms.

export function keepDeskOnDrop(): void {
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
}

/** A drop that the form of a report has taken is handled already. */
function refuse(event: DragEvent): void {
  if (event.defaultPrevented) return;
  const isFile = event.dataTransfer?.types.includes("Files") ?? false;
  const isField = event.target instanceof Element && event.target.closest("input, textarea") !== null;
  if (isField && !isFile) return;
  event.preventDefault();
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
}
