import type { PixelBox } from "../../domain/geometry.ts";

/**
 * A rectangle in source pixels, turned about its centre. The angle is clockwise as seen (y points down); at 0 the
 * region is axis-aligned.
 */
export interface RotatedRegion {
  readonly centerXPx: number;
  readonly centerYPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly angleRad: number;
}

/** Where a point of the region, given as shares of its width and height (0..1 from its own top left), is in the source. */
export function regionToSource(region: RotatedRegion, u: number, v: number): readonly [xPx: number, yPx: number] {
  const along = (u - 0.5) * region.widthPx;
  const down = (v - 0.5) * region.heightPx;
  const cos = Math.cos(region.angleRad);
  const sin = Math.sin(region.angleRad);
  return [region.centerXPx + along * cos - down * sin, region.centerYPx + along * sin + down * cos];
}

/** The smallest square around the same centre at the same angle that holds the region, scaled. */
export function squareAround(region: RotatedRegion, scale: number): RotatedRegion {
  const side = Math.max(region.widthPx, region.heightPx) * scale;
  return { ...region, widthPx: side, heightPx: side };
}

/** A box of the region's size around its centre, its turn left out. */
export function uprightBox({ centerXPx, centerYPx, widthPx, heightPx }: RotatedRegion): PixelBox {
  return { leftPx: centerXPx - widthPx / 2, topPx: centerYPx - heightPx / 2, widthPx, heightPx };
}
