// The script of the GraphiQL page. What depends on the router comes with the
// page: the endpoint, the query to begin with, and the nonce by which the
// styles that components add pass the Content-Security-Policy.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { setNonce } from 'get-nonce';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const place = document.getElementById('graphiql');
setNonce(place.dataset.nonce);
createRoot(place).render(
  createElement(GraphiQL, {
    fetcher: createGraphiQLFetcher({ url: place.dataset.endpoint }),
    defaultQuery: place.dataset.query || undefined,
    shouldPersistHeaders: false,
  }),
);
