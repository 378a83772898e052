/** Attributes of an element; those that are undefined are left out. */
export type Attributes = Record<string, string | number | undefined>;

/** Returns an SVG element. Attribute values are escaped, children are not: they are elements already. */
export function element(
  name: string,
  attributes: Attributes,
  ...children: string[]
): string {
  let tag = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const text = typeof value === "number" ? formatCoordinate(value) : value;
    tag += ` ${key}="${escapeXml(text)}"`;
  }
  return children.length === 0
    ? `${tag}/>`
    : `${tag}>${children.join("")}</${name}>`;
}

/** Returns a `<text>` element. */
export function textElement(text: string, attributes: Attributes): string {
  return element("text", attributes, escapeXml(text));
}

/** Makes text safe in elements and attributes; what XML 1.0 forbids even when escaped becomes U+FFFD. */
export function escapeXml(text: string): string {
  let escaped = "";
  for (const character of text) {
    escaped += ENTITIES[character] ??
      (isXmlCharacter(character.codePointAt(0)!) ? character : "\ufffd");
  }
  return escaped;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function isXmlCharacter(code: number): boolean {
  return code === 9 || code === 10 || code === 13 ||
    code >= 0x20 && code < 0xd800 ||
    code > 0xdfff && code < 0xfffe || code > 0xffff;
}

/** Writes a coordinate with two decimals at most: a hundredth of a pixel. */
export function formatCoordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return `${rounded === 0 ? 0 : rounded}`; // no "-0"
}

/** Returns path data for a polyline. */
export function polylineData(
  points: readonly (readonly [number, number])[],
  closed = false,
): string {
  let data = "";
  let last = "";
  for (const [x, y] of points) {
    const point = `${formatCoordinate(x)} ${formatCoordinate(y)}`;
    if (point === last) continue;
    data += `${data === "" ? "M" : "L"}${point}`;
    last = point;
  }
  // A subpath that never moves is drawn as a dot only if it has a segment.
  if (data !== "" && !data.includes("L")) data += `L${last}`;
  return closed ? `${data}Z` : data;
}

/**
 * Returns the attributes that fill or stroke with a color.
 *
 * Eight-digit hexadecimal colors are split in color and opacity, which every SVG reader understands.
 *
 * @throws {RangeError} If the color is neither `#RGB`, `#RGBA`, `#RRGGBB`, `#RRGGBBAA` nor a name.
 */
export function paint(
  kind: "fill" | "stroke",
  color: string,
): Attributes {
  if (/^[a-z]+$/i.test(color)) return { [kind]: color };
  if (!/^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(color)) {
    throw new RangeError(
      `Cannot use color as it must be a name, "#RGB", "#RGBA", "#RRGGBB" or "#RRGGBBAA": got "${color}"`,
    );
  }
  const digits = color.length <= 5
    ? [...color.slice(1)].map((digit) => digit + digit).join("")
    : color.slice(1);
  const opacity = parseInt(digits.slice(6) || "ff", 16) / 255;
  return {
    [kind]: `#${digits.slice(0, 6)}`,
    [`${kind}-opacity`]: opacity === 1 ? undefined : opacity.toFixed(3),
  };
}
