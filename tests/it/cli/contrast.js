(() => {
  const parse = (text) => {
    const found = text.match(/[\d.]+/g).map(Number);
    return found.length === 4 && found[3] === 0 ? null : found;
  };
  const light = ([r, g, b]) => {
    const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (!own || size < 2 || element.localName === "script" || !element.getClientRects().length) continue;
    let up = element, paper = null;
    for (; up && !paper; up = up.parentElement) paper = parse(getComputedStyle(up).backgroundColor);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const [dark, bright] = [light(ink), light(paper ?? [255, 255, 255])].sort((a, b) => a - b);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (bright + 0.05) / (dark + 0.05);
    if (ratio < (large ? 3 : 4.5)) {
      found.push(`${element.localName}.${element.className} ${ratio.toFixed(2)} ${element.textContent.slice(0, 30)}`);
    }
  }
  return [...new Set(found)].slice(0, 20);
})()
