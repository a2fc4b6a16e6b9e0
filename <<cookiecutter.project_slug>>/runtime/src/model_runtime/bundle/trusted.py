"""The types that a stored scikit-learn model may hold beside those that skops itself trusts.

Each is data of a library that serving installs anyway; none runs code that comes with the file.
Found by storing each of scikit-learn's estimators and reading what skops reports.
"""

from ..project import project

LIBRARY_TYPES = frozenset(
    {
        "functools.partial",  # of functions that have to be trusted themselves
        "numpy.dtype",
        "numpy.mean",
        "scipy.interpolate._bsplines.BSpline",
        "scipy.sparse._csr.csr_matrix",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.feature_selection._univariate_selection.f_classif",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.model_selection._split.KFold",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
        "sklearn.utils.validation.check_array",
    }
)


def trusted(own: tuple[str, ...]) -> frozenset[str]:
    """Return all trusted types: the libraries', the use case's Preprocessor, and those named.

    Args:
        own: `training.trusted_types` of config.yaml.
    """
    return LIBRARY_TYPES | {f"{project().use_case}.preprocessor.Preprocessor", *own}
