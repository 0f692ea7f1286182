// What each operation of the API takes and gives, derived from the generated types.
import type { paths } from "./api";

export type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Readonly<Record<M, infer O>> ? O : never;

/** The paths that have an operation with this method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

type ParametersOf<O> = O extends { parameters: infer P } ? P : never;
type PathOf<O> = ParametersOf<O> extends { path: infer P } ? P : never;
type QueryOf<O> = ParametersOf<O> extends { query?: infer Q } ? NonNullable<Q> : never;
type BodyOf<O> = O extends { requestBody?: infer B } ? (NonNullable<B> extends { content: { "application/json": infer J } } ? J : never) : never;
type Succeeded<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? (R[S] extends { content: { "application/json": infer J } } ? J : null) : never }[keyof R];

/** The body of the 2xx answer; null without one (204). */
export type Answer<P extends keyof paths, M extends Method> = Operation<P, M> extends { responses: infer R }
  ? [Succeeded<R>] extends [never] ? null : Succeeded<R>
  : never;

type Part<Name extends string, T> = [T] extends [never] ? unknown : Record<Name, T>;
type OptionalPart<Name extends string, T> = [T] extends [never] ? unknown : Partial<Record<Name, T>>;

/** `path`, `query` and `body` as the operation wants them; `key`, `headers`, `signal` and `repeats` with every request. */
export type Wanted<P extends keyof paths, M extends Method> = Part<"path", PathOf<Operation<P, M>>> &
  OptionalPart<"query", QueryOf<Operation<P, M>>> &
  OptionalPart<"body", BodyOf<Operation<P, M>>> & {
    /** The idempotency key: keep it with the form, so that a repeat of the same intention has the same one. */
    key?: string;
    headers?: Readonly<Record<string, string>>;
    signal?: AbortSignal;
    /** Further attempts after one without an answer; three by default. */
    repeats?: number;
  };
