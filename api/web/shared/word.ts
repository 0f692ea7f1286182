// Words of the API's vocabularies. An unknown value is shown as it is, because hiding it would hide a fact.
export type WordTable = Readonly<Partial<Record<string, string>>>;

export function word(table: WordTable, value: string): string {
  return table[value] ?? value;
}
