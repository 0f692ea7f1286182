import { formats } from "../../../shared/formats";
import type { WorkTexts } from "./shape";

const f = formats("ru");

export const ru = {
  work: {
    steps: { accepted: "Вы согласились", en_route: "Вы в пути", on_scene: "Вы на месте" },
    confirmed: "подтверждено",
    next: { "en-route": "Я в пути", "on-scene": "Я на месте", done: "Готово" },
    undo: "Можно передумать.",
    undoDo: "Всё же не могу",
    giveUp: "Не могу продолжать",
    giveUpAsk: "Отказаться от этой работы? Спросят кого-то другого.",
    giveUpYes: "Да, отказаться",
    staging: "Место сбора на краю опасной зоны",
    address: "Адрес",
    noAddress: "Адреса нет: ориентируйтесь по карте",
    addressLater: "Точный адрес придёт с подтверждением",
    caller: (name: string) => `${name}, заявитель`,
    call: (phone: string) => `Позвонить ${phone}`,
    map: "Открыть в",
    mapOther: "Другая",
    help: "Нужны люди",
    helpAsk: "Сколько ещё нужно людей?",
    helpAsked: (count: number, at: string) => `В ${f.time(at)} запрошено людей: ${count}. Оператор это видит.`,
    verifiedOnly: "Заявитель и его слова видны только тем, чей навык подтверждён.",
    words: (language: string) => `Слова заявителя, ${language}`,
    wordsOnly: "Слова заявителя",
    material: "Что выяснили другие",
  },
  changed: {
    at: (time: string) => `изменено в ${f.time(time)}`,
    before: "Было",
    moved: (metres: number) => `Новое место в ${f.distance(metres)} от прежнего`,
    now: "Теперь",
    understood: "Понятно",
    fields: {
      type: "вид происшествия",
      priority: "срочность",
      location: "место",
      language: "язык",
      description: "описание",
      address: "адрес",
      caller: "заявитель",
      role: "ваша задача",
      languages: "языки",
      hazard: "опасная зона",
      staging: "место сбора",
      hazard_on_way: "опасная зона на пути",
    },
    what: (fields: string) => `Изменилось: ${fields}`,
  },
} satisfies WorkTexts;
