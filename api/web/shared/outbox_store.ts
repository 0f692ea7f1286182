// The outbox in IndexedDB: what a person said and the server has not confirmed, in the order in which it was said.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** `saved`: on this device. `sent`: a request left, nobody answered. `received`: the server has it. `refused`: it never will. */
export type OutboxState = "saved" | "sent" | "received" | "refused";

export interface OutboxItem {
  /** Place in the order; given by the store. */
  readonly seq: number;
  /** The idempotency key: the same for every attempt. */
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  /** What the item is about, for the page: an action (`accept`), and the id of the offer. */
  readonly action: string;
  readonly about: string;
  /** When the person tapped, RFC 3339, by the server's clock as far as it was known. */
  readonly tapped_at: string;
  readonly state: OutboxState;
  /** Who said it: sent under their session only. Null: by a link. Absent: saved by a build that did not know. */
  readonly owner?: string | null;
  /** The one-offer link by which the person answers; absent: their session. */
  readonly link?: string;
  /** Only this page holds it: the device had no space, or denies storage. It ends with the page. */
  readonly isUnsaved?: true;
  /** Why it was refused: a code of the API. */
  readonly problem: string | null;
}

interface Schema extends DBSchema {
  items: { key: number; value: OutboxItem; indexes: { key: string } };
}

const VERSION = 1;

export class OutboxStore {
  /** What could not be written, by its place in the order. */
  private readonly unsaved = new Map<number, OutboxItem>();
  private added = 0;

  private constructor(private readonly db: IDBPDatabase<Schema> | null) {}

  /** Where storage is denied everything stays in memory. */
  static async open(name: string): Promise<OutboxStore> {
    try {
      const db = await openDB<Schema>(name, VERSION, {
        upgrade(made) {
          const items = made.createObjectStore("items", { keyPath: "seq", autoIncrement: true });
          // Unique: the same intention cannot be stored twice, whatever a double tap does.
          items.createIndex("key", "key", { unique: true });
        },
      });
      return new OutboxStore(db);
    } catch {
      return new OutboxStore(null);
    }
  }

  /** Stores at the end of the order; in memory where the device cannot. A key that is stored already changes nothing. */
  async add(item: Omit<OutboxItem, "seq">): Promise<void> {
    try {
      const transaction = this.db?.transaction("items", "readwrite", { durability: "strict" });
      if (transaction !== undefined) {
        await Promise.all([transaction.store.add(item as OutboxItem), transaction.done]);
        return;
      }
    } catch (error) {
      if ((error as DOMException).name === "ConstraintError") return;
    }
    const all = await this.all();
    if (all.some(({ key }) => key === item.key)) return;
    // After everything before it, and before what is saved next: places that the device gives are whole.
    const seq = Math.floor(all.at(-1)?.seq ?? 0) + ++this.added / 1e6;
    this.unsaved.set(seq, { ...item, seq, isUnsaved: true });
  }

  async all(): Promise<OutboxItem[]> {
    const saved = (await this.db?.getAll("items").catch(() => [])) ?? [];
    const rest = saved.filter((item) => !this.unsaved.has(item.seq));
    return [...rest, ...this.unsaved.values()].sort((one, other) => one.seq - other.seq);
  }

  async put(item: OutboxItem): Promise<void> {
    // A state that cannot be written holds for this page: a repeat after a reload has the same key.
    const done = item.isUnsaved ? undefined : await this.db?.put("items", item).catch(() => undefined);
    if (done === undefined) this.unsaved.set(item.seq, item);
    else this.unsaved.delete(item.seq);
  }

  async remove(seq: number): Promise<void> {
    this.unsaved.delete(seq);
    await this.db?.delete("items", seq).catch(() => undefined);
  }

  close(): void {
    this.db?.close();
  }
}
