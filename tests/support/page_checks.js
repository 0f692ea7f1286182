// What a page is asked about itself: an object of functions, each with one argument, whose answers are lists of faults, one a line.
({
  named(one) {
    return one.outerHTML.slice(0, 110) + (one.children.length > 0 ? "" : ` ${one.textContent.slice(0, 60)}`);
  },

  isDrawn(one) {
    return one.checkVisibility({ visibilityProperty: true }) && !one.closest(".visually-hidden, [data-map]");
  },

  overflows() {
    const style = (one) => getComputedStyle(one);
    // Text may be cut where its whole is one gesture away; a field scrolls by itself.
    const mayCut = (one) => (style(one).textOverflow === "ellipsis" && one.closest("[title]")?.title) || one.matches("input, textarea");
    const isWide = (one) => one.scrollWidth > one.clientWidth + 1 && style(one).display !== "inline" && !mayCut(one);
    const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
    const isCut = (one) => ["hidden", "clip"].includes(style(one).overflowY) && one.scrollHeight > one.clientHeight + 2 && hasText(one);
    // A word of a few letters a line is not read: its column has no room left.
    const isSqueezed = (one) =>
      hasText(one) &&
      [...one.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE &&
        [...node.textContent.matchAll(/[^\s\u00AD\u2010-]{3,24}/g)].some((word) => {
          const range = document.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 2;
        }));
    const isOutside = (one) => {
      const box = one.getBoundingClientRect();
      return one.matches("button, a, input, select, textarea, summary") && (box.left < -1 || box.right > innerWidth + 1);
    };
    const page = document.documentElement;
    return [
      ...(page.scrollWidth > page.clientWidth ? ["the page is wider than its window"] : []),
      ...[...document.querySelectorAll("body *")]
        .filter((one) => one.clientWidth > 0 && this.isDrawn(one) && !one.closest("svg"))
        .filter((one) => isWide(one) || isCut(one) || isSqueezed(one) || isOutside(one))
        .map(this.named),
    ];
  },

  /** What a finger hits: the label of an input that is not drawn itself. */
  target(one) {
    return one.matches("input:is([type=radio], [type=checkbox])") ? (one.closest("label") ?? one) : one;
  },

  smallTargets(least) {
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=option]")].flatMap((one) => {
      const target = this.target(one);
      const box = target.getBoundingClientRect();
      if (!this.isDrawn(target) || (box.width >= least - 0.5 && box.height >= least - 0.5)) return [];
      return [`${Math.round(box.width)}x${Math.round(box.height)} ${this.named(one)}`];
    });
  },

  /** In forced colours, where grounds and shadows vanish: what is chosen and not seen to be, and marks that fade into the page. */
  vanished() {
    const chosen = document.querySelectorAll('[aria-pressed="true"], [aria-current="page"], [role="option"][aria-selected="true"], .picked');
    const isSeen = (one) => getComputedStyle(one).outlineStyle !== "none";
    const canvas = getComputedStyle(document.body).backgroundColor;
    const isFaded = (one) => [getComputedStyle(one).fill, getComputedStyle(one).stroke].every((of) => of === "none" || of === canvas);
    const marks = document.querySelectorAll(".mark svg :is(.fill, .line), .sign *");
    const lost = [...[...chosen].filter((one) => !isSeen(one)), ...[...marks].filter(isFaded)];
    return lost.filter((one) => this.isDrawn(one)).map(this.named);
  },

  moving() {
    return document.getAnimations().filter((one) => one.playState === "running").map((one) => this.named(one.effect.target));
  },

  startWalk() {
    window.komekWalk = new Map();
    document.activeElement?.blur();
  },

  /** Of the element that has the focus now; null of none. */
  step() {
    const one = document.activeElement;
    if (one === null || one === document.body) return null;
    const visits = (window.komekWalk.get(one) ?? 0) + 1;
    window.komekWalk.set(one, visits);
    const isLit = (of) => getComputedStyle(of).outlineStyle !== "none" && parseFloat(getComputedStyle(of).outlineWidth) >= 1.5;
    const marked = one.getAttribute("aria-activedescendant");
    const target = this.target(one);
    const shown = [one, target, marked && document.getElementById(marked)].filter((of) => of instanceof Element);
    const faults = shown.some(isLit) ? [] : ["no focus is seen"];
    const box = target.getBoundingClientRect();
    const top = document.elementFromPoint(
      Math.min(box.left + box.width / 2, innerWidth - 1),
      Math.min(Math.max(box.top, 0) + 8, box.top + box.height / 2),
    );
    const isCovered = top === null || !(target.contains(top) || top.contains(target));
    if (isCovered) faults.push(`covered by ${top === null ? "the edge" : this.named(top)}`);
    return { name: this.named(one), visits, faults };
  },

  unreached() {
    const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
    // The arrows move inside a group of radio buttons: Tab enters it once.
    const isReached = (one) => (one.type === "radio" ? [...document.getElementsByName(one.name)] : [one]).some((of) => window.komekWalk.has(of));
    return [...controls]
      .filter((one) => !one.disabled && one.tabIndex >= 0 && !one.closest("[inert]") && one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => !isReached(one))
      .map(this.named);
  },

  /** Records what a screen reader would be given from now on. */
  listen() {
    window.komekHeard = [];
    const selector = "[aria-live], [role=status], [role=alert]";
    const regionOf = (node) => (node instanceof Element ? node : node.parentElement)?.closest(selector) ?? null;
    const liveOf = (one) => one.getAttribute("aria-live") ?? (one.getAttribute("role") === "alert" ? "assertive" : "polite");
    const isHidden = (node) => (node instanceof Element ? node : node.parentElement)?.closest("[aria-hidden=true]") != null;
    const news = (change) => [change.target, ...[...change.addedNodes].flatMap((one) => (one instanceof Element ? [one, ...one.querySelectorAll(selector)] : []))];
    new MutationObserver((changes) => {
      const regions = new Set(changes.flatMap(news).filter((node) => !isHidden(node)).map(regionOf));
      for (const one of regions) {
        const text = one?.textContent.trim() ?? "";
        if (text !== "" && liveOf(one) !== "off") window.komekHeard.push({ live: liveOf(one), text, byDigest: one.matches(".visually-hidden") });
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  },

  heard() {
    return window.komekHeard;
  },
});
