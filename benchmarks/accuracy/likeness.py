"""Finds n-grams that keep similar company, so that a weight learned for one word reaches rarer words like it.

The n-grams of passages, labelled or not, are laid out in a few directions (a truncated singular value decomposition,
as in latent semantic analysis: Deerwester et al., 1990). The weight of a direction is handed back to its
n-grams, so that judging a page costs no more.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.decomposition import TruncatedSVD

_DIRECTIONS = 150
_SIZE = 0.15  # of a direction relative to an n-gram: how readily it is learned along
_SEEN_AT_LEAST = 2
_SOME = 1e-6  # of the variance along the widest direction


def directions(matrix: csr_matrix) -> NDArray[np.float32]:
    """The place of each n-gram (a row for each column of `matrix`, whose rows are passages), in all directions."""
    size = matrix.shape[0]
    seen = np.asarray((matrix > 0).sum(axis=0)).ravel()
    rarity = np.where(seen >= _SEEN_AT_LEAST, np.log((1 + size) / (1 + seen)), 0).astype(np.float32)
    number = min(_DIRECTIONS, *(side - 1 for side in matrix.shape))
    model = TruncatedSVD(number, n_iter=2, random_state=0).fit(matrix.astype(np.float32) @ diags(rarity))
    # A direction along which nothing differs is rounding, another on every machine.
    kept = model.explained_variance_ > _SOME * model.explained_variance_.max()
    spread = np.sqrt(model.explained_variance_[kept])
    along = model.components_[kept].T
    places: NDArray[np.float32] = (rarity[:, None] * along / spread * _SIZE).astype(np.float32)
    return places
