// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface INftReceiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// An ERC-721 collection of the practice network. Anyone may mint by hand; `mintFor` is the exchange's alone.
contract SandboxNft {
    string public name;
    string public symbol;
    string public baseUri;
    /// The exchange that may mint what it pays out.
    address public immutable minter;
    /// Whether a blob is `abi.encode(tokenId, url)`; otherwise it is the bare token id.
    bool public immutable readsUrls;
    mapping(uint256 => address) private owners;
    mapping(uint256 => string) private urls;
    mapping(address => uint256) public balanceOf;
    mapping(uint256 => address) public getApproved;
    mapping(address => mapping(address => bool)) public isApprovedForAll;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    constructor(string memory name_, string memory symbol_, string memory baseUri_, address minter_, bool readsUrls_) {
        name = name_;
        symbol = symbol_;
        baseUri = baseUri_;
        minter = minter_;
        readsUrls = readsUrls_;
    }

    function mint(address to, uint256[] calldata tokenIds) external {
        for (uint256 i; i < tokenIds.length; ++i) _mint(to, tokenIds[i]);
    }

    /// As in the exchange's sample contract, the token id comes back: the exchange reads 0 as a failure.
    function mintFor(address to, uint256 amount, bytes calldata blob) external returns (uint256 tokenId) {
        require(msg.sender == minter, "ONLY_MINTER");
        require(amount == 1, "ERC721: one at a time");
        if (readsUrls) {
            bytes memory url;
            (tokenId, url) = abi.decode(blob, (uint256, bytes));
            urls[tokenId] = string(url);
        } else {
            require(blob.length <= 32, "ERC721: blob too long");
            for (uint256 i; i < blob.length; ++i) tokenId = (tokenId << 8) | uint8(blob[i]);
        }
        _mint(to, tokenId);
    }

    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = owners[tokenId];
        require(owner != address(0), "ERC721: invalid token ID");
    }

    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        return readsUrls ? urls[tokenId] : string.concat(baseUri, _decimal(tokenId));
    }

    function approve(address to, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        require(msg.sender == owner || isApprovedForAll[owner][msg.sender], "ERC721: not authorised");
        getApproved[tokenId] = to;
        emit Approval(owner, to, tokenId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        require(ownerOf(tokenId) == from && to != address(0), "ERC721: transfer from incorrect owner");
        bool mayMove = msg.sender == from || isApprovedForAll[from][msg.sender] || getApproved[tokenId] == msg.sender;
        require(mayMove, "ERC721: not authorised");
        delete getApproved[tokenId];
        owners[tokenId] = to;
        unchecked {
            --balanceOf[from];
            ++balanceOf[to];
        }
        emit Transfer(from, to, tokenId);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        if (to.code.length == 0) return;
        bytes4 answer = INftReceiver(to).onERC721Received(msg.sender, from, tokenId, data);
        require(answer == INftReceiver.onERC721Received.selector, "ERC721: transfer to non ERC721Receiver implementer");
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x01ffc9a7 || interfaceId == 0x80ac58cd || interfaceId == 0x5b5e139f;
    }

    function _mint(address to, uint256 tokenId) private {
        require(to != address(0) && owners[tokenId] == address(0), "ERC721: token already minted");
        owners[tokenId] = to;
        ++balanceOf[to];
        emit Transfer(address(0), to, tokenId);
    }

    function _decimal(uint256 value) private pure returns (string memory) {
        if (value == 0) return "0";
        uint256 length;
        for (uint256 rest = value; rest != 0; rest /= 10) ++length;
        bytes memory digits = new bytes(length);
        for (; value != 0; value /= 10) digits[--length] = bytes1(uint8(48 + (value % 10)));
        return string(digits);
    }
}
