import type { Ends } from "./shape";

export const kk = {
  offerStates: {
    offered: "сұралды",
    accepted: "келісті",
    declined: "бас тартты",
    expired: "жауап жоқ",
    withdrawn: "қайтарылды",
    stood_down: "көмек енді қажет емес",
    en_route: "жолда",
    on_scene: "оқиға орнында",
    done: "аяқталды",
    void: "жарамсыз",
  },
  outcomes: {
    confirmed: "рас",
    false: "жалған",
    unclear: "анық емес",
    reached: "хабарластық",
    not_reached: "хабарласа алмадық",
    located: "орны табылды",
    not_found: "табылмады",
    duplicate: "басқа хабарлама бар",
    none: "басқасы жоқ",
    done: "аяқталды",
    mapped: "картаға түсірілді",
  },
} satisfies Ends;
