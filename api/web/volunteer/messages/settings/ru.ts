// Texts of the settings, and of the questions about consents.
import { formats } from "../../../shared/formats";
import type { SettingsTexts } from "./shape";

const f = formats("ru");

export const ru = {
  language: "Язык приложения",
  look: "Оформление",
  consents: "Согласия",
  positions: "Передавать место на дежурстве и во время работы",
  phone: "Показывать мой номер диспетчеру",
  agreed: "согласие дано",
  notAgreed: "согласия нет",
  notAsked: "ещё не спрашивали",
  sessions: "Устройства и входы",
  thisDevice: "Это устройство",
  otherDevice: "Другое устройство",
  since: (at: string) => `с ${f.dayTime(at)}`,
  end: "Отключить",
  data: "Мои данные",
  export: "Скачать всё",
  exportMore: "JSON, и кто их смотрел",
  exportDo: "Скачать",
  erase: "Удалить всё",
  eraseMore: "необратимо, сначала спросим",
  eraseDo: "Удалить",
  eraseAsk: "Удалить профиль, места и историю навсегда?",
  eraseYes: "Да, удалить всё",
  me: "Профиль",
  skills: "Навыки",
  spoken: "Мои языки",
  verified: "подтверждён",
  claimed: "не подтверждён",
  notices: "Уведомления",
  ask: {
    title: "Вопрос к вам",
    positions: "Можно ли Komek видеть ваше место на дежурстве и во время работы?",
    positionsMore: "Тогда вас находят для того, что рядом. Иначе учитывается дом.",
    contact_by_phone: "Можно ли диспетчеру видеть ваш номер телефона?",
    contact_by_phoneMore: "По нему звонят, если нет ответа или что-то неясно.",
    yes: "Да",
    no: "Нет",
    later: "Позже",
    change: "Ответы можно в любое время изменить в настройках.",
  },
} satisfies SettingsTexts;
