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
  /** Why it was refused: a code of the API. */
  readonly problem: string | null;
}

interface Schema extends DBSchema {
  items: { key: number; value: OutboxItem; indexes: { key: string } };
}

const VERSION = 1;

export class OutboxStore {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(name: string): Promise<OutboxStore> {
    const db = await openDB<Schema>(name, VERSION, {
      upgrade(made) {
        const items = made.createObjectStore("items", { keyPath: "seq", autoIncrement: true });
        // Unique: the same intention cannot be stored twice, whatever a double tap does.
        items.createIndex("key", "key", { unique: true });
      },
    });
    return new OutboxStore(db);
  }

  /** Stores at the end of the order. A key that is stored already changes nothing. */
  async add(item: Omit<OutboxItem, "seq">): Promise<void> {
    const transaction = this.db.transaction("items", "readwrite", { durability: "strict" });
    if ((await transaction.store.index("key").get(item.key)) === undefined) {
      await transaction.store.add(item as OutboxItem);
    }
    await transaction.done;
  }

  all(): Promise<OutboxItem[]> {
    return this.db.getAll("items");
  }

  async put(item: OutboxItem): Promise<void> {
    await this.db.put("items", item);
  }

  async remove(seq: number): Promise<void> {
    await this.db.delete("items", seq);
  }

  close(): void {
    this.db.close();
  }
}
