export function pseudo(text: string, kept?: readonly string[]): string;
export function pseudoCatalogue<T>(texts: T): T;
