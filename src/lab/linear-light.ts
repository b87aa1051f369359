import type { Raster } from "./raster.ts";

/** Linear light of red, green and blue, 0..1. */
export type Light = readonly [number, number, number];

/** Linear light of each value of an sRGB channel (IEC 61966-2-1). */
export const LINEAR = Float32Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

/** From here on brighter light is pressed together rather than cut off, so that highlights keep their drawing. */
const SHOULDER = 0.75;

/** The sRGB value of linear light; what is brighter than white comes near to white. */
export function srgbOf(linear: number): number {
  const room = 1 - SHOULDER;
  const shown = linear <= SHOULDER ? linear : SHOULDER + room * (1 - Math.exp((SHOULDER - linear) / room));
  return 255 * (shown <= 0.0031308 ? 12.92 * shown : 1.055 * shown ** (1 / 2.4) - 0.055);
}

/** The image with the light of each pixel multiplied; a pixel whose factors are all 1 stays as it is. */
export function lit(raster: Raster, factorsAt: (pixel: number) => Light): Raster {
  const rgb = Uint8Array.from(raster.rgb);
  for (let pixel = 0; pixel < rgb.length / 3; pixel++) {
    const factors = factorsAt(pixel);
    for (let channel = 0; channel < 3; channel++) {
      const factor = factors[channel] as number;
      const at = 3 * pixel + channel;
      if (factor !== 1) rgb[at] = Math.round(srgbOf(factor * (LINEAR[rgb[at] as number] as number)));
    }
  }
  return { ...raster, rgb };
}

/** CIE 1976 L*, a* and b* of linear light, under the white of sRGB (D65). */
export function labOf([r, g, b]: Light): readonly [number, number, number] {
  const root = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const [x, y, z] = [
    root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    root(0.2126 * r + 0.7152 * g + 0.0722 * b),
    root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
