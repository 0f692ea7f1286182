// What is dropped beside a field: the browser would show the file in the place of the desk, and the queue and the sound of alarms were gone.

export function keepDeskOnDrop(): void {
  window.addEventListener("dragover", refuse);
  window.addEventListener("drop", refuse);
}

/** The form of a report has taken its own before. */
function refuse(event: DragEvent): void {
  if (event.defaultPrevented) return;
  const isFile = event.dataTransfer?.types.includes("Files") ?? false;
  const isField = event.target instanceof Element && event.target.closest("input, textarea") !== null;
  if (isField && !isFile) return;
  event.preventDefault();
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
}
