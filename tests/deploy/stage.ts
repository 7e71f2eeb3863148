/** A bucket of its own in the stand-in for AWS, with an edge before it. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Site } from '../../deploy/publish.ts';
import { Store } from '../../deploy/store.ts';
import { startEdge, type Edge } from './edge-stand-in.ts';

export interface Stage extends Site {
  readonly edge: Edge;
  readonly bucket: string;
}

const edges: Edge[] = [];

export async function stage(name: string): Promise<Stage> {
  const bucket = `castwatch-${name}`;
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-2' } }));
  const edge = await startEdge(bucket);
  edges.push(edge);
  return { bucket, store: new Store(bucket), edge, url: edge.url, tell: () => undefined, patience: { tries: 2, pause: 20 } };
}

export function stopEdges(): void {
  for (const edge of edges) edge.stop();
}
