// Texts of the pages of whoever is not signed in, and of signing out.
import type { SignInTexts } from "../../shared/messages/sign_in/shape";
import type { FirstTexts } from "../messages/first/shape";
import { textsLater } from "../../shared/texts_later";

export const LOADERS = {
  kk: () => Promise.all([import("../messages/first/kk"), import("../../shared/messages/sign_in/kk")]).then(([own, shared]) => ({ ...own.kk, signIn: shared.kk })),
  ru: () => Promise.all([import("../messages/first/ru"), import("../../shared/messages/sign_in/ru")]).then(([own, shared]) => ({ ...own.ru, signIn: shared.ru })),
  en: () => Promise.all([import("../messages/first/en"), import("../../shared/messages/sign_in/en")]).then(([own, shared]) => ({ ...own.en, signIn: shared.en })),
};
export const FIRST = textsLater<FirstTexts & { readonly signIn: SignInTexts }>(LOADERS);
