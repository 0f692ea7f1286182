// The shape of a translation: the keys and parameters of the English texts, which are the first to be written.
export type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K] extends (...given: infer A) => string ? (...given: A) => string : Translation<T[K]>;
};
