/** A region around some landmarks, as MediaPipe's `Landmarks2TransformMatrix` describes it. Indices are of mesh points. */
export interface LandmarkRegion {
  /** The two landmarks whose connecting line is to become horizontal. */
  readonly leftIndex: number;
  readonly rightIndex: number;
  /** Landmarks that the region just contains, before scaling. */
  readonly subset: readonly number[];
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly targetRotationRad: number;
}
