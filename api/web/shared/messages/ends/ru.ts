import type { Ends } from "./shape";

export const ru = {
  offerStates: {
    offered: "запрос",
    accepted: "принято",
    declined: "отказ",
    expired: "нет ответа",
    withdrawn: "отозвано",
    stood_down: "отбой",
    en_route: "в пути",
    on_scene: "на месте",
    done: "готово",
    void: "недействительно",
  },
  outcomes: {
    confirmed: "правда",
    false: "неправда",
    unclear: "неясно",
    reached: "дозвонились",
    not_reached: "не дозвонились",
    located: "место найдено",
    not_found: "не найдено",
    duplicate: "есть другое сообщение",
    none: "других нет",
    done: "готово",
    mapped: "отмечено",
  },
} satisfies Ends;
