/**
 * The worker of explanations: apart from the model worker, so that a shot that arrives during an explanation is judged at once.
 */
import { ExplainServer } from './explain-server.ts';
import { commandSchema } from './protocol.ts';

const server = new ExplainServer((reply, transfer) => {
  self.postMessage(reply, { transfer });
});

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  void server.handle(commandSchema.parse(data));
};
