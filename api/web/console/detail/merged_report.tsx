// The other side of a merge: its number with what and where it is, which opens it, and the words of its caller.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { calledById } from "../queue/called";
import { type Incident, select } from "../state";

/** `isBare`: without the words. */
export function MergedReport({ id, isBare = false }: { id: string; isBare?: boolean }) {
  const [found, setFound] = useState<Incident | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void ask("get", "/v1/incidents/{incident_id}", { path: { incident_id: id }, signal: stop.signal }).then((answer) => {
      if (answer.ok && !stop.signal.aborted) setFound(answer.data);
    });
    return () => stop.abort();
  }, [id]);
  return (
    <>
      {" "}
      <button type="button" class="btn" data-merged={id} onClick={() => select(id)}>{calledById(id)}</button>
      {!isBare && found?.description && <q dir="auto" {...(found.language === null ? {} : { lang: found.language })}>{found.description}</q>}
    </>
  );
}
