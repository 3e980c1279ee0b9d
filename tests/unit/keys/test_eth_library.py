"""eth_account without what the signer never uses: what is not loaded, and what happens should it be another version."""

import subprocess
import sys

import pytest

from unit.keys.vault_support import python_path

SIGNED = (
    "from eth_account import Account\n"
    "from eth_account.hdaccount import key_from_seed\n"
    "from eth_account.messages import encode_defunct\n"
    "signer = Account.from_key(key_from_seed(bytes(64), \"m/44'/60'/0'/0/0\"))\n"
    "signature = signer.sign_message(encode_defunct(text='a')).signature\n"
    "assert Account.recover_message(encode_defunct(text='a'), signature=signature) == signer.address\n"
)
LOADED = "import sys\nfrom ashore.keys import eth_library\neth_library.load_eth_account()\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"{LOADED}{SIGNED}assert 'py_ecc' not in sys.modules", id="nothing of the pairing is loaded"),
        pytest.param(
            f"{LOADED}{SIGNED}assert not {{'pydantic', 'email', 'importlib.metadata'}} & set(sys.modules)",
            id="nor models, nor numbers of versions",
        ),
        pytest.param(
            f"{LOADED}import importlib.metadata\nimport pydantic\nimport eth_utils.pydantic\n"
            "assert importlib.metadata.version('pydantic') == pydantic.VERSION\n"
            "assert issubclass(eth_utils.pydantic.CamelModel, pydantic.BaseModel)\n"
            "class Real(pydantic.BaseModel):\n    value: int\n"
            f"assert Real(value='1').value == 1\n{SIGNED}",
            id="whoever asks for models later has them",
        ),
        pytest.param(
            f"import importlib.metadata\nimport pydantic\n{LOADED}import eth_account.datastructures as made\n"
            f"assert issubclass(made.SignedSetCodeAuthorization, pydantic.BaseModel)\n{SIGNED}",
            id="models that are loaded stay as they are",
        ),
        pytest.param(
            f"{LOADED}from ashore.keys.errors import Refused\n"
            "from eth_account.typed_transactions.base import BlobPooledTransactionData\n"
            "try:\n    BlobPooledTransactionData(blobs=[])\nexcept Refused:\n    sys.exit()\nsys.exit(1)",
            id="blobs are refused",
        ),
        pytest.param(
            "import types\nfrom ashore.keys import eth_library\n"
            "eth_library._without_models = lambda: {n: types.ModuleType(n) for n in ('pydantic', "
            f"'eth_utils.pydantic')}}\n{LOADED}import pydantic\nimport eth_account.datastructures as made\n"
            f"assert issubclass(made.SignedSetCodeAuthorization, pydantic.BaseModel)\n{SIGNED}",
            id="a version that asks for more of the models has all of them",
        ),
        pytest.param(
            f"{LOADED}import eth_keyfile.keyfile\nassert eth_keyfile.keyfile.MAX_V3_PRIVATE_KEY\n{SIGNED}",
            id="whoever asks for key files later has them",
        ),
        pytest.param(
            f"import eth_keyfile\n{LOADED}from eth_account import Account\n"
            "assert Account.encrypt.__globals__['create_keyfile_json'] is eth_keyfile.create_keyfile_json",
            id="what is loaded stays as it is",
        ),
        pytest.param(
            "import types\nfrom ashore.keys import eth_library\n"
            "eth_library._without_key_files = lambda: {n: types.ModuleType(n) for n in ('eth_keyfile', "
            f"'eth_keyfile.keyfile')}}\n{LOADED}assert 'py_ecc' in sys.modules\n{SIGNED}",
            id="a version that asks for more has all of it",
        ),
        pytest.param(
            f"{LOADED}from ashore.keys.errors import Refused\nfrom eth_account import Account\n"
            "try:\n    Account.encrypt(bytes(31) + bytes((1,)), 'a')\nexcept Refused:\n    sys.exit()\nsys.exit(1)",
            id="key files are refused",
        ),
    ],
)
def test_a_new_process(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], env=python_path(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_signer_process_loads_nothing_of_the_pairing() -> None:
    script = "import sys\nfrom ashore.keys import signer_process\nsigner_process._import_heavy()\n"
    script += "assert 'eth_account.hdaccount' in sys.modules and 'nacl.bindings' in sys.modules\n"
    script += "assert 'py_ecc' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", script], env=python_path(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
