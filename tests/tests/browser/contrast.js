(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  // Any way to write a colour, as red, green, blue and opacity from 0 to 255.
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (colour) => {
    const [r, g, b] = [...rgba(colour)].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const shape = (text) => {
    for (let e = text.previousElementSibling; e; e = e.previousElementSibling) {
      if (e.tagName === "rect" && getComputedStyle(e).fill !== "none") {
        const [a, b] = [e.getBBox(), text.getBBox()];
        const [x, y] = [b.x + b.width / 2, b.y + b.height / 2];
        if (a.x <= x && x <= a.x + a.width && a.y <= y && y <= a.y + a.height) return getComputedStyle(e).fill;
      }
    }
    return ground(text.ownerSVGElement.parentElement);
  };
  const pairs = new Map();
  const words = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== "");
  for (const e of document.querySelectorAll("body *")) {
    if (!(words(e) || e.matches("input")) || !e.checkVisibility()) continue;
    const drawn = e instanceof SVGElement;
    const style = getComputedStyle(e);
    const [ink, paper] = drawn ? [style.fill, shape(e)] : [style.color, ground(e)];
    const [low, high] = [luminance(ink), luminance(paper)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    pairs.set(ink + paper, { ink, paper, ratio, example: e.outerHTML.slice(0, 120) });
  }
  return [...pairs.values()];
})()
