/** The yardstick of the cold start: a page that does nothing but start the run-time in a worker and load one model. */
import BareWorker from './bare.worker.ts?worker';

declare global {
  interface Window {
    /** Milliseconds from the start of the navigation until the run-time had a model ready. */
    ready?: Promise<number>;
  }
}

window.ready = new Promise((resolve, reject) => {
  const worker = new BareWorker();
  worker.onmessage = () => {
    resolve(performance.now());
  };
  worker.onerror = (event) => {
    reject(new Error(event.message));
  };
  worker.postMessage(new URL('models/', document.baseURI).href);
});
